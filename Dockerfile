# One image for every role: the command names the role (`api`, `worker creator`, `beat`, ...).
FROM python:3.11-slim AS build
WORKDIR /source
RUN python -m venv /opt/orchestrator
COPY requirements.lock ./
RUN /opt/orchestrator/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN /opt/orchestrator/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home orchestrator
COPY --from=build /opt/orchestrator /opt/orchestrator
ENV PATH=/opt/orchestrator/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ORCHESTRATOR_API_HOST=0.0.0.0 \
    ORCHESTRATOR_STATE_DIR=/home/orchestrator/state
USER 10001
WORKDIR /home/orchestrator
EXPOSE 8000
ENTRYPOINT ["orchestrator"]
CMD ["api"]
