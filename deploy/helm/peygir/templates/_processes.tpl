{{/*
What runs: one Deployment for each item of the list "processes". files/parts.yaml tells what the
code says about services; values tell how many and how large.
*/}}

{{- define "peygir.parts" -}}
{{ .Files.Get "files/parts.yaml" }}
{{- end -}}

{{- define "peygir.processes" -}}
{{- $processes := list -}}
{{- $parts := include "peygir.parts" . | fromYaml -}}
{{- range $service := $parts.services -}}
{{-   $wanted := get $.Values.services $service -}}
{{-   $base := omit $wanted "calls" "events" -}}
{{-   if $.Values.split -}}
{{-     range $role := list "calls" "events" -}}
{{-       $own := get $wanted $role | default dict -}}
{{-       $process := mergeOverwrite (deepCopy $base) (deepCopy $own) -}}
{{-       $_ := set $process "name" (printf "%s-%s" $service $role) -}}
{{-       $_ := set $process "component" $service -}}
{{-       $_ := set $process "roles" (list $role) -}}
{{-       $processes = append $processes $process -}}
{{-     end -}}
{{-   else -}}
{{-     $process := deepCopy $base -}}
{{-     $_ := set $process "name" $service -}}
{{-     $_ := set $process "component" $service -}}
{{-     $_ := set $process "roles" (list "calls" "events") -}}
{{-     $processes = append $processes $process -}}
{{-   end -}}
{{- end -}}
{{- $gateway := omit $.Values.gateway "service" | deepCopy -}}
{{- $_ := set $gateway "name" "gateway" -}}
{{- $_ := set $gateway "component" "gateway" -}}
{{- $_ := set $gateway "roles" (list "door") -}}
{{- $processes = append $processes $gateway -}}
{{- range $process := $processes -}}
{{-   $sources := get $parts.consumes $process.component | default list -}}
{{-   $byQueues := and $.Values.keda.enabled (has "events" $process.roles) (gt (len $sources) 0) -}}
{{-   $_ := set $process "sources" $sources -}}
{{-   $_ := set $process "byQueues" $byQueues -}}
{{-   $byLoad := and $.Values.autoscaling.enabled (not $byQueues) (not (eq (join "," $process.roles) "events")) -}}
{{-   $_ := set $process "byLoad" $byLoad -}}
{{- end -}}
{{ dict "processes" $processes | toYaml }}
{{- end -}}

{{/* How many queues each pair of services has; more replicas than that find nothing to do. */}}
{{- define "peygir.partitions" -}}
{{ get .Values.settings "PEYGIR_PARTITIONS" | default "2" }}
{{- end -}}
