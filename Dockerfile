# syntax=docker/dockerfile:1
# Built for the platform it is built on: native code is not cross-compiled here.

FROM node:22-slim AS ui
WORKDIR /source
COPY build/ui build/
COPY src/Agent.Web/ui src/Agent.Web/ui
RUN build/ui

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev zlib1g-dev tzdata \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
COPY --from=ui /source/src/Agent.Web/ui/packed src/Agent.Web/ui/packed
RUN dotnet publish src/Agent/Agent.csproj -c Release -r "$(build/rid)" -p:Aot=true -p:AotTfm=net10.0 -p:UiBuilt=true -o /published
# Alloy's Helm chart starts the image's own entry point; scripts that call /bin/alloy by name find it, too.
RUN mkdir -p /image/bin /image/var-lib/alloy/data \
    && cp /published/invar /image/bin/invar \
    && ln -s invar /image/bin/alloy

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
# Time zones for stage.timestamp's location; the base image has none.
COPY --from=build /usr/share/zoneinfo/ /usr/share/zoneinfo/
COPY --from=build /image/bin/ /bin/
COPY --from=build --chown=473:473 /image/var-lib/ /var/lib/
USER 473:473
ENV ALLOY_DEPLOY_MODE=docker
EXPOSE 12345
ENTRYPOINT ["/bin/invar"]
CMD ["run", "/etc/alloy/config.alloy", "--storage.path=/var/lib/alloy/data"]
