/** What scores call the model that they came from. */
export function modelLabel(id: number | null, name: string | null): string {
  return id === null || name === null ? 'a model that was removed' : `v${id} ${name}`;
}
