#!/bin/sh
set -eu
ACCOUNT=‹725480967034›
REGION=eu-west-3
REPO=$ACCOUNT.dkr.ecr.$REGION.amazonaws.com/web
aws ecr get-login-password --region $REGION | docker login --username AWS --password-stdin ‹725480967034›.dkr.ecr.eu-west-3.amazonaws.com
docker build -t "$REPO:$(git rev-parse --short HEAD)" .
docker push "$REPO" && echo pushed
