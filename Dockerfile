# A release names both with their digests: --build-arg NODE_BUILD=node:22-bookworm@sha256:… and the same for NODE_RUN.
ARG NODE_BUILD=node:22-bookworm
ARG NODE_RUN=node:22-bookworm-slim

# Build stage: compilers stay here.
FROM ${NODE_BUILD} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY migrations migrations
COPY src src
RUN npm run build && npm prune --omit=dev

# What runs: no compiler, no source, not root.
FROM ${NODE_RUN}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
# The C library gives memory of ended work back to the system instead of keeping it for each thread.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY views views
COPY public public
COPY docs/glossary.md docs/
RUN mkdir -p data models uploads && chown node:node data models uploads
USER node
VOLUME ["/app/data", "/app/models", "/app/uploads"]
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/server.js"]
