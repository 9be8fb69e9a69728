# A small image of the program and nothing else; docs/operations says how it is built and run.
FROM rust:1.95-slim-trixie AS build
# rustc's linker and SQLite's source want a C compiler.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev
WORKDIR /src
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock askama.toml aftercall.default.toml ./
COPY migrations migrations
COPY prompts prompts
COPY benches benches
COPY src src
RUN cargo build --release --locked --bin aftercall && mkdir /data

# C library, certificates of authorities and time zones; no shell, no package manager.
FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /src/target/release/aftercall /usr/local/bin/aftercall
# All that is written: database, media, spool. A new volume takes over the owner.
COPY --from=build --chown=65532:65532 /data /var/lib/aftercall
WORKDIR /var/lib/aftercall
VOLUME /var/lib/aftercall
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/aftercall"]
CMD ["serve", "--config", "/etc/aftercall/aftercall.toml"]
