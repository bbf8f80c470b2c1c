{{- define "aws-masker.name" -}}
{{- if contains "aws-masker" .Release.Name -}}{{ .Release.Name | trunc 48 | trimSuffix "-" }}
{{- else -}}{{ printf "%s-aws-masker" .Release.Name | trunc 48 | trimSuffix "-" }}{{- end -}}
{{- end }}

{{- define "aws-masker.secret" -}}
{{ .Values.secrets.existing | default (include "aws-masker.name" .) }}
{{- end }}

{{- define "aws-masker.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/name: aws-masker
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The pods that have a sidecar: those of Kong, or its own. */}}
{{- define "aws-masker.selector" -}}
app.kubernetes.io/name: aws-masker
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ if .Values.kong.enabled }}kong{{ else }}sidecar{{ end }}
{{- end }}

{{- define "aws-masker.image" -}}
{{- $root := index . 0 }}{{ $image := index . 1 -}}
{{ with $root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ $image.repository }}:{{ $image.tag | default $root.Chart.AppVersion }}
{{- end }}

{{- define "aws-masker.hasRedis" -}}
{{- if or .Values.redis.host .Values.redis.cluster .Values.redis.sentinels }}true{{ end }}
{{- end }}

{{- define "aws-masker.hasPassword" -}}
{{- if or .Values.redis.password .Values.redis.existingPassword }}true{{ end }}
{{- end }}

{{/* The container of the sidecar, without its probes. */}}
{{- define "aws-masker.sidecar" -}}
image: {{ include "aws-masker.image" (list . .Values.sidecar.image) }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  {{- if .Values.kong.enabled }}
  # The socket is Kong's. The port is for the operator; other pods reach it only if its metrics are read.
  - name: MASKER_LISTEN
    value: "unix:/run/aws-masker/sidecar.sock {{ if .Values.metrics.serviceMonitor.enabled }}0.0.0.0{{ else }}127.0.0.1{{ end }}:9001"
  # The self-check and its upstream; the pod's loopback interface is all that either needs.
  - { name: MASKER_ECHO_LISTEN, value: "127.0.0.1:9003" }
  - { name: MASKER_SELFCHECK_URL, value: "http://127.0.0.1:8000/aws-masker/selfcheck" }
  {{- else }}
  - { name: MASKER_LISTEN, value: "0.0.0.0:9001" }
  {{- end }}
  # Secrets come from files, so that no process environment contains them.
  - { name: MASKER_TOKEN_FILE, value: /run/secrets/aws-masker/token }
  - { name: MASKER_OPERATOR_TOKEN_FILE, value: /run/secrets/aws-masker/operator-token }
  - { name: MASKER_SECRET_FILE, value: /run/secrets/aws-masker/secret }
  {{- if include "aws-masker.hasPassword" . }}
  - { name: REDIS_PASSWORD_FILE, value: /run/secrets/aws-masker/redis-password }
  {{- end }}
  {{- with .Values.redis }}
  {{- if .cluster }}
  - { name: REDIS_CLUSTER, value: {{ join "," .cluster | quote }} }
  {{- else if .sentinels }}
  - { name: REDIS_SENTINELS, value: {{ join "," .sentinels | quote }} }
  - { name: REDIS_SENTINEL_PRIMARY, value: {{ .sentinelPrimary | quote }} }
  {{- else if .host }}
  - { name: REDIS_HOST, value: {{ .host | quote }} }
  - { name: REDIS_PORT, value: {{ .port | quote }} }
  {{- end }}
  {{- if .username }}
  - { name: REDIS_USERNAME, value: {{ .username | quote }} }
  {{- end }}
  {{- if .tls }}
  - { name: REDIS_TLS, value: "true" }
  {{- end }}
  {{- end }}
  {{- range $name, $value := .Values.sidecar.env }}
  - { name: {{ $name }}, value: {{ $value | quote }} }
  {{- end }}
ports:
  - { name: sync, containerPort: 9001 }
resources: {{- toYaml .Values.sidecar.resources | nindent 2 }}
securityContext:
  runAsUser: 65532
  runAsGroup: 65532
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* The service account of the pods, if they have a role in AWS. Their role's token is mounted by EKS itself. */}}
{{- define "aws-masker.serviceAccount" -}}
{{- if .Values.serviceAccount.annotations }}
serviceAccountName: {{ include "aws-masker.name" . }}
{{- end }}
{{- end }}

{{/* Where Redis is, as the egress of a NetworkPolicy. The ports are those that its addresses have. */}}
{{- define "aws-masker.redisEgress" -}}
{{- $ports := list .Values.redis.port }}
{{- range concat .Values.redis.cluster .Values.redis.sentinels }}{{ $ports = append $ports (last (splitList ":" .) | int) }}{{ end }}
- to:
    {{- if .Values.redis.namespace }}
    - namespaceSelector:
        matchLabels: { kubernetes.io/metadata.name: {{ .Values.redis.namespace }} }
    {{- end }}
    {{- range .Values.networkPolicy.redisCidrs }}
    - ipBlock: { cidr: {{ . | quote }} }
    {{- end }}
  ports:
    {{- range $ports | uniq }}
    - { protocol: TCP, port: {{ int . }} }
    {{- end }}
{{- end }}
