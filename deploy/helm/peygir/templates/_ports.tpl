{{/* Where a process listens: the same in every pod. */}}
{{- define "peygir.port.calls" -}}8101{{- end -}}
{{- define "peygir.port.metrics" -}}9101{{- end -}}
{{- define "peygir.port.door" -}}8100{{- end -}}
