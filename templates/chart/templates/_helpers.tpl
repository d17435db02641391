{{/* What the hub's image calls the workshop. */}}
{{- define "workshop.workshop" -}}
{{- .Values.settings.WORKSHOP_NAME | default .Release.Name -}}
{{- end }}

{{/* What the names of all objects begin with, as the hub itself makes it of the same settings. */}}
{{- define "workshop.application" -}}
{{- $name := printf "%s%s" (.Values.settings.NAME_PREFIX | default "") (include "workshop.workshop" .) -}}
{{- if or (gt (len $name) 24) (not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name)) -}}
{{- fail (printf "The workshop would be called %q; give settings.WORKSHOP_NAME (or the release) a name of at most 24 small letters, digits and dashes that begins with a letter" $name) -}}
{{- end -}}
{{- $name -}}
{{- end }}

{{- define "workshop.fullname" -}}
{{ include "workshop.application" . }}-spawner
{{- end }}

{{/* For what is the cluster's: no namespace has a dot in its name, so that no two are alike.
     Call: list $ "hub" */}}
{{- define "workshop.clusterName" -}}
{{ include "workshop.application" (index . 0) }}-{{ index . 1 }}.{{ (index . 0).Release.Namespace }}
{{- end }}

{{- define "workshop.account" -}}
{{- .Values.serviceAccount.name | default (include "workshop.fullname" .) -}}
{{- end }}

{{- define "workshop.secretName" -}}
{{- .Values.existingSecret | default (printf "%s-secrets" (include "workshop.application" .)) -}}
{{- end }}

{{- define "workshop.selector" -}}
app: {{ include "workshop.application" . }}
component: hub
{{- end }}

{{- define "workshop.labels" -}}
app: {{ include "workshop.application" . }}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* An image's name with the registry before it. Call: list $ "workshop-hub:0.1.0" */}}
{{- define "workshop.image" -}}
{{- $top := index . 0 -}}
{{- if $top.Values.images.registry -}}{{ trimSuffix "/" $top.Values.images.registry }}/{{ end }}{{ index . 1 -}}
{{- end }}

{{- define "workshop.sessionImage" -}}
{{- $own := .Values.settings.WORKSHOP_IMAGE | default .Values.settings.TERMINAL_IMAGE -}}
{{- $own | default (include "workshop.image" (list . .Values.images.session)) -}}
{{- end }}

{{- define "workshop.makesProjects" -}}
{{- $unwanted := include "workshop.isFalse" (list . "SESSION_PROJECTS") -}}
{{- if and (has .Values.mode (list "learning-portal" "user-workspace")) (not $unwanted) }}yes{{ end -}}
{{- end }}

{{/* The variable is set, though it be false or 0. Call: list $ "NAME" */}}
{{- define "workshop.isFalse" -}}
{{- if has (toString (index (index . 0).Values.settings (index . 1))) (list "false" "no" "off" "0") }}yes{{ end -}}
{{- end }}

{{/* Rules of RBAC given as SESSION_RULES or SPAWNER_RULES, as a list; else nothing. */}}
{{- define "workshop.ownRules" -}}
{{- $given := index (index . 0).Values.settings (index . 1) -}}
{{- if kindIs "slice" $given -}}{{ toYaml $given }}
{{- else if kindIs "string" $given -}}
{{- if hasPrefix "[" (trim $given) }}{{ fromYamlArray $given | toYaml }}{{ end -}}
{{- end -}}
{{- end }}

{{/* A ClusterRole that they name; else nothing. */}}
{{- define "workshop.namedRole" -}}
{{- $given := index (index . 0).Values.settings (index . 1) -}}
{{- if and (kindIs "string" $given) (not (hasPrefix "[" (trim $given))) (not (has (lower $given) (list "" "false" "true"))) }}{{ $given }}{{ end -}}
{{- end }}

{{/* What contradicts each other is refused before anything is made. */}}
{{- define "workshop.check" -}}
{{- $both := and .Values.ingress.enabled .Values.httpRoute.enabled -}}
{{- if $both }}{{ fail "ingress.enabled and httpRoute.enabled contradict each other; leave one of them on" }}{{ end -}}
{{- if and (or .Values.ingress.enabled .Values.httpRoute.enabled) (not .Values.host) }}{{ fail "host is missing: the name by which browsers reach the workshop, such as workshop.example.com" }}{{ end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.tlsSecret) (not .Values.ingress.insecure) }}{{ fail "ingress.tlsSecret is missing: a Secret of type kubernetes.io/tls; or say ingress.insecure=true, and passwords go over the network in the clear" }}{{ end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}{{ fail "httpRoute.parentRefs is missing: the Gateway that serves the host" }}{{ end -}}
{{- if and .Values.existingSecret .Values.secrets }}{{ fail "existingSecret and secrets contradict each other; put all of them into your Secret" }}{{ end -}}
{{- if and (not .Values.persistence.enabled) (not .Values.settings.DATABASE_HOST) }}{{ fail "persistence.enabled=false needs settings.DATABASE_HOST: else a new pod forgets all sessions" }}{{ end -}}
{{- if and .Values.settings.DATABASE_HOST (not .Values.existingSecret) (not .Values.secrets.DATABASE_PASSWORD) }}{{ fail "settings.DATABASE_HOST needs secrets.DATABASE_PASSWORD, or existingSecret" }}{{ end -}}
{{- if and .Values.prePull.enabled (not .Values.prePull.pauseImage) }}{{ fail "prePull.pauseImage is missing: a small image that waits, which runs once the session's image is there" }}{{ end -}}
{{- $own := include "workshop.clusterName" (list . "hub") -}}
{{- if include "workshop.makesProjects" . -}}
{{- range (lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "").items -}}
{{- $labels := .metadata.labels | default dict -}}
{{- if and (eq (get $labels "app" | toString) (include "workshop.application" $)) (hasPrefix (printf "%s-hub." (include "workshop.application" $)) .metadata.name) (ne .metadata.name $own) -}}
{{- fail (printf "The cluster has a workshop called %q already (ClusterRole %s): projects of both would have one label; set settings.WORKSHOP_NAME" (include "workshop.application" $) .metadata.name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
