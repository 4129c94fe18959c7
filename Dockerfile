# syntax=docker/dockerfile:1
# Built for the platform it is built on: native code is not cross-compiled here.

FROM node:22-slim AS ui
WORKDIR /source
COPY build/ui build/
COPY src/Agent.Web/ui src/Agent.Web/ui
RUN build/ui

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev libcap2-bin libsystemd0 zlib1g-dev tzdata \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
COPY --from=ui /source/src/Agent.Web/ui/packed src/Agent.Web/ui/packed
RUN dotnet publish src/Agent/Agent.csproj -c Release -r "$(build/rid)" -p:Aot=true -p:AotTfm=net10.0 -p:UiBuilt=true -o /published
# Alloy's Helm chart starts the image's own entry point; scripts that call /bin/alloy by name find it, too.
# invar-node is the same binary with a file capability: as user 473 it reads logs that belong to root, in a container that adds
# DAC_READ_SEARCH (deploy/kubernetes does). It has to be another file, because the kernel starts such a one nowhere else, not even for root.
RUN mkdir -p /image/bin /image/var-lib/alloy/data /image/var-lib/invar \
    && cp /published/invar /image/bin/invar \
    && cp /published/invar /image/bin/invar-node \
    && setcap cap_dac_read_search=ep /image/bin/invar-node \
    && ln -s invar /image/bin/alloy
# loki.source.journal reads journals through libsystemd, which the base image does not have. What glibc itself brings is there already.
RUN mkdir /image/lib \
    && folder=$(dirname "$(find /usr/lib -name libsystemd.so.0)") \
    && mkdir "/image/lib/$(basename "$folder")" \
    && for library in "$folder/libsystemd.so.0" $(ldd "$folder/libsystemd.so.0" | awk '$2 == "=>" { print $3 }'); do \
        case "$library" in */libc.so.6 | */libm.so.6) ;; *) cp -L "$library" "/image/lib/$(basename "$folder")/" ;; esac; \
    done

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
# Time zones for stage.timestamp's location; the base image has none.
COPY --from=build /usr/share/zoneinfo/ /usr/share/zoneinfo/
COPY --from=build /image/lib/ /usr/lib/
# Not together with --chown, which would take the capability away.
COPY --from=build /image/bin/ /bin/
COPY --from=build --chown=473:473 /image/var-lib/ /var/lib/
# As in Alloy's image: its chart names no user, and the logs that it mounts belong to root. deploy/ names 473.
USER 0:0
ENV ALLOY_DEPLOY_MODE=docker
EXPOSE 12345
ENTRYPOINT ["/bin/invar"]
CMD ["run", "/etc/alloy/config.alloy", "--storage.path=/var/lib/alloy/data"]
