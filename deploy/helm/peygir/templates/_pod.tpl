{{/* What every pod has, whatever runs in it. */}}

{{- define "peygir.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.pod.runAsUser }}
runAsGroup: {{ .Values.pod.runAsUser }}
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "peygir.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "peygir.pod" -}}
automountServiceAccountToken: false
# A Service named peygir-gateway would be told to every pod as PEYGIR_GATEWAY_PORT, which is a setting.
enableServiceLinks: false
securityContext:
  {{- include "peygir.podSecurity" . | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pod.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pod.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
volumes:
  - name: tmp
    emptyDir: {sizeLimit: 64Mi}
{{- end -}}

{{/* What may take its time after SIGTERM, after the pod has left the Services; whole seconds. */}}
{{- define "peygir.grace" -}}
{{- $drain := include "peygir.seconds" (dict "root" .root "process" .process "name" "PEYGIR_DRAIN_SECONDS") | float64 -}}
{{- $handler := include "peygir.seconds" (dict "root" .root "process" .process "name" "PEYGIR_HANDLER_SECONDS") | float64 -}}
{{ add .root.Values.pod.preStopSeconds (ceil (maxf $drain $handler)) 10 }}
{{- end -}}
