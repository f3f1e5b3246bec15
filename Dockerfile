# The app with everything it needs, also for Hugging Face Spaces: docker build -t upsampling-explainer .
#   --build-arg VARIANT=cuda      the build of torch with CUDA, about 6 GB (run with --gpus all); default: cpu, below 1.6 GB
#   --build-arg TORCH_INDEX=URL   where torch's builds for the CPU come from, if not from PyTorch's own index
#   --build-arg WEIGHTS="fcn_resnet50 ..."   torchvision's networks to put in; the app's own is always inside
# It runs as a plain user, writes nowhere but in /tmp, and fetches nothing: docker run --read-only --tmpfs /tmp -p 8501:8501 ...
# deploy/without_docker.py does the same steps where no engine runs.
FROM python:3.11-slim AS built
ARG VARIANT=cpu
ARG TORCH_INDEX=
# The locks first, so that a change of the app does not install anew.
COPY requirements.txt /app/
COPY deploy/install deploy/cpu.lock deploy/cuda.lock /app/deploy/
RUN /app/deploy/install /opt/venv "$VARIANT"
COPY . /app
RUN /opt/venv/bin/python -m compileall -q /app/explainer /app/pages
ARG WEIGHTS=
RUN cd /app && for name in $WEIGHTS; do TORCH_HOME=/app/weights /opt/venv/bin/python -m explainer fetch "$name"; done

FROM python:3.11-slim
COPY --from=built /opt/venv /opt/venv
COPY --from=built /app /app
ENV PYTHON=/opt/venv/bin/python ADDRESS=0.0.0.0 HOME=/tmp PYTHONDONTWRITEBYTECODE=1 \
    TORCH_HOME=/app/weights UPSAMPLING_DOWNLOADS=none PORT=8501
USER 1000:1000
WORKDIR /app
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=70s --start-period=60s --retries=3 \
    CMD ["sh", "-c", "exec \"$PYTHON\" /app/deploy/healthy.py \"$PORT\""]
CMD ["sh", "-c", "exec /app/deploy/start \"$PORT\""]
