{{/* Names and labels that everything of a release has. */}}

{{- define "peygir.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "peygir.fullname" -}}
{{- $name := include "peygir.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What every object carries; takes (dict "root" $ "component" "sla"). */}}
{{- define "peygir.labels" -}}
{{ include "peygir.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: peygir
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What pods of a component are found by, and "process" where one process of it is meant. */}}
{{- define "peygir.selector" -}}
app.kubernetes.io/name: {{ include "peygir.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .process }}
peygir.ir/process: {{ . }}
{{- end }}
{{- end -}}

{{/* Every pod of the release, whichever component. */}}
{{- define "peygir.everyPod" -}}
app.kubernetes.io/name: {{ include "peygir.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "peygir.image" -}}
{{- $image := .Values.image -}}
{{- if and $image.requireDigest (not $image.digest) -}}
{{- fail "image.digest is missing: this installation pins its image (image.requireDigest)" -}}
{{- end -}}
{{- $tag := $image.tag | default .Chart.AppVersion -}}
{{- if eq $tag "latest" -}}
{{- fail "image.tag must name a version: latest is another one tomorrow" -}}
{{- end -}}
{{- $image.repository }}:{{ $tag }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{- define "peygir.brokerName" -}}
{{ include "peygir.fullname" . }}-broker
{{- end -}}
