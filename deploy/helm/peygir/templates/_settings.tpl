{{/*
What a process is told: the chart's own settings, those for all, those of its service, then secrets
by reference. Takes (dict "root" $ "component" "sla" "roles" (list "calls") "settings" dict).
*/}}
{{- define "peygir.environment" -}}
{{- $root := .root -}}
{{- $parts := include "peygir.parts" $root | fromYaml -}}
{{- $told := dict -}}
{{- range $service := $parts.services -}}
{{-   $url := printf "http://%s-%s:%s" (include "peygir.fullname" $root) $service (include "peygir.port.calls" $root) -}}
{{-   $_ := set $told (printf "PEYGIR_%s_URL" (upper $service)) $url -}}
{{- end -}}
{{- $_ := set $told "PEYGIR_PUBLIC_URL" $root.Values.publicUrl -}}
{{- $_ := set $told "PEYGIR_METRICS_HOST" $root.Values.listenOn -}}
{{- $_ := set $told "PEYGIR_METRICS_PORT" (include "peygir.port.metrics" $root) -}}
{{- if eq .component "gateway" -}}
{{-   $_ := set $told "PEYGIR_GATEWAY_HOST" $root.Values.listenOn -}}
{{-   $_ := set $told "PEYGIR_GATEWAY_PORT" (include "peygir.port.door" $root) -}}
{{- else if .roles -}}
{{-   $_ := set $told "PEYGIR_CALL_HOST" $root.Values.listenOn -}}
{{-   $_ := set $told "PEYGIR_CALL_PORT" (include "peygir.port.calls" $root) -}}
{{-   $_ := set $told "PEYGIR_ROLES" (join "," .roles) -}}
{{- end -}}
{{- $told = mergeOverwrite $told (deepCopy $root.Values.settings) (deepCopy (.settings | default dict)) -}}
{{- range $name, $value := $told }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- range $name, $secret := $parts.secrets }}
{{-   if has $.component $secret.components }}
{{-     $reference := get $root.Values.secrets.elsewhere $name | default (dict "name" $root.Values.secrets.name "key" $name) }}
{{-     if and (eq $name "AMQP_URI") $root.Values.broker.operator.enabled (not (hasKey $root.Values.secrets.elsewhere $name)) }}
{{-       $reference = dict "name" (printf "%s-default-user" (include "peygir.brokerName" $root)) "key" "connection_string" }}
{{-     end }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $reference.name }}
      key: {{ $reference.key }}
      {{- if not $secret.required }}
      optional: true
      {{- end }}
{{-   end }}
{{- end }}
{{- end -}}

{{/* The value of a setting of a process, or the code's default. */}}
{{- define "peygir.seconds" -}}
{{- $own := get (.process.settings | default dict) .name -}}
{{- $all := get .root.Values.settings .name -}}
{{- $default := get (include "peygir.parts" .root | fromYaml).seconds .name -}}
{{ $own | default $all | default $default }}
{{- end -}}
