# Two stages: wheels are built in the first, the second holds Python, the service and nothing else.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY service service
COPY integrations integrations
RUN pip wheel --no-cache-dir --constraint constraints.txt --wheel-dir /wheels .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/chaperone --create-home chaperone
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels chaperone && rm -rf /wheels
USER chaperone
WORKDIR /var/lib/chaperone
ENV CHAPERONE_LISTEN_HOST=0.0.0.0 \
    PYTHONUNBUFFERED=1
EXPOSE 8000
VOLUME /var/lib/chaperone
HEALTHCHECK --interval=10s --timeout=3s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
# Run `chaperone migrate` once before the first start and after each upgrade.
ENTRYPOINT ["chaperone"]
CMD ["serve"]
