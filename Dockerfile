# syntax=docker/dockerfile:1
# docker build -t riposte . && docker run --rm --read-only --tmpfs /tmp -v riposte-out:/app/out riposte backtest
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Of onnxruntime-node only the binaries of this system are kept: all of them take 290 MB.
RUN npm ci --omit=dev --no-audit --no-fund && find node_modules/onnxruntime-node/bin/napi-v6 -mindepth 1 -maxdepth 1 ! -name linux -exec rm -r {} +

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# The only places that are written to, apart from /tmp (the loader's cache, the types that passed): volumes take over their owner.
ENV XDG_STATE_HOME=/app/state XDG_CACHE_HOME=/tmp
RUN install -d -o node -g node /app/history /app/out /app/state
COPY --from=dependencies /app/node_modules ./node_modules
COPY . .
USER node
VOLUME ["/app/history", "/app/out", "/app/state"]
ENTRYPOINT ["node", "bin/riposte.mjs"]
CMD ["--help"]
