# One image for every role: the command names the role (`api`, `worker creator`, `beat`, ...).
FROM python:3.11-slim AS build
WORKDIR /source
RUN python -m venv --without-pip /opt/orchestrator
COPY requirements.lock ./
RUN pip --python /opt/orchestrator install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN pip --python /opt/orchestrator install --no-cache-dir --no-deps --no-build-isolation . \
 && pip --python /opt/orchestrator uninstall --yes setuptools \
 && install -D -m 0444 orchestrator/seed/service-agreement.md /opt/orchestrator/samples/service-agreement.md

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home orchestrator
COPY --from=build /opt/orchestrator /opt/orchestrator
ENV PATH=/opt/orchestrator/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ORCHESTRATOR_API_HOST=0.0.0.0 \
    ORCHESTRATOR_HEALTH_HOST=0.0.0.0 \
    ORCHESTRATOR_STATE_DIR=/tmp/orchestrator
USER 10001
WORKDIR /tmp
EXPOSE 8000
ENTRYPOINT ["orchestrator"]
CMD ["api"]
