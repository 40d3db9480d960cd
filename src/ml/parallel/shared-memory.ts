/** Typed arrays in memory that several threads can use at once. */

/** Arrays that have been copied to shared memory, and their copies. */
const copies = new WeakMap<ArrayBufferView, ArrayBufferView>();

/**
 * Plain data whose typed arrays are in shared memory: those that are not yet are copied, once however often they are
 * shared. The copy of an array does not follow later changes of it.
 */
export function share<T>(value: T): T {
  return copyOf(value) as T;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  if (ArrayBuffer.isView(value)) return sharedView(value);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copyOf(entry)]));
}

function sharedView(view: ArrayBufferView): ArrayBufferView {
  if (view.buffer instanceof SharedArrayBuffer) return view;
  const known = copies.get(view);
  if (known) return known;
  const memory = new SharedArrayBuffer(view.byteLength);
  new Uint8Array(memory).set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  const Kind = view.constructor as new (memory: SharedArrayBuffer) => ArrayBufferView;
  const copy = new Kind(memory);
  copies.set(view, copy);
  return copy;
}

/** Zeros in shared memory. */
export function sharedFloats(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}

export function sharedInts(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}
