{{- define "siskin.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "siskin.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "siskin.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "siskin.selectorLabels" -}}
app.kubernetes.io/name: {{ include "siskin.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "siskin.labels" -}}
{{ include "siskin.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "siskin.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "siskin.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The file of the server: the user's settings, and over them those that the rest of the chart relies on. */}}
{{- define "siskin.config" -}}
{{- $own := dict
    "data" (dict "dir" "/data")
    "grpc" (dict "host" "0.0.0.0" "port" 7700) -}}
{{- if .Values.metrics.enabled -}}
{{- $_ := set $own "metrics" (dict "host" "0.0.0.0" "port" (int .Values.metrics.port)) -}}
{{- end -}}
{{- if .Values.http.enabled -}}
{{- $_ := set $own "http" (dict "host" "0.0.0.0" "port" (int .Values.http.port)) -}}
{{- else -}}
{{- $_ := set $own "http" (dict "port" -1) -}}
{{- end -}}
{{- $security := dict -}}
{{- if .Values.tls.secretName -}}
{{- $_ := set $security "tls" (dict "certificate" "/etc/siskin/tls/tls.crt" "private_key" "/etc/siskin/tls/tls.key") -}}
{{- end -}}
{{- if .Values.keys.secretName -}}
{{- $_ := set $security "keys_file" "/etc/siskin/keys/keys.json" -}}
{{- end -}}
{{- if .Values.insecure -}}
{{- $_ := set $security "insecure" true -}}
{{- else if not (and .Values.tls.secretName .Values.keys.secretName) -}}
{{- fail "tls.secretName or keys.secretName is empty; allowed: both, or insecure=true where something else protects the network (docs/install.md)" -}}
{{- end -}}
{{- if $security -}}
{{- $_ := set $own "security" $security -}}
{{- end -}}
{{- toYaml (mustMergeOverwrite (deepCopy .Values.config) $own) -}}
{{- end -}}

{{/* One probe: with the values, and the path that is asked by HTTP. */}}
{{- define "siskin.probe" -}}
{{- $values := .values -}}
{{- if eq $values.probes.kind "grpc" -}}
grpc:
  port: 7700
{{- else if eq $values.probes.kind "http" -}}
{{- if not $values.http.enabled -}}
{{- fail "probes.kind is http; allowed: with http.enabled=true" -}}
{{- end -}}
httpGet:
  path: {{ .path }}
  port: http
  scheme: {{ ternary "HTTPS" "HTTP" (ne $values.tls.secretName "") }}
{{- else -}}
tcpSocket:
  port: grpc
{{- end -}}
{{- end -}}
