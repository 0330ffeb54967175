#!/usr/bin/env bash
# The stages of the mini model in order, for one GPU. Usage: on_gpu.sh STAGE... (seconds in the environment).
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHONPATH="src${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=true
work=${WORK:-.mini}
stage() { python3 "recipes/mini/train_$1.py" --work "$work" "${@:2}"; }
for name in "$@"; do
  case $name in
    text+vae) # The text encoders leave most of the GPU to the autoencoder.
      stage text --seconds "${TEXT_S:-200}" &
      stage vae --seconds "${VAE_S:-330}" --begin "${BEGIN:-0}" --end "${END:-1}"
      wait ;;
    unet) stage unet --seconds "${UNET_S:-500}" --begin "${BEGIN:-0}" --end "${END:-1}" ;;
    *) stage "$name" --seconds "${STYLE_S:-120}" ;;
  esac
done
