{{- define "invar.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "invar.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "invar.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "invar.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "invar.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end -}}

{{- define "invar.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "invar.fullname" .) -}}
{{- end -}}

{{- define "invar.configMap" -}}
{{- .Values.alloy.configMap.name | default (include "invar.fullname" .) -}}
{{- end -}}

{{- define "invar.configKey" -}}
{{- .Values.alloy.configMap.key | default "config.alloy" -}}
{{- end -}}

{{- define "invar.priorityClass" -}}
{{- if .Values.controller.priorityClassName -}}
{{- .Values.controller.priorityClassName -}}
{{- else if .Values.priorityClass.create -}}
{{- include "invar.fullname" . -}}
{{- end -}}
{{- end -}}

{{- define "invar.image" -}}
{{- if .Values.image.registry -}}{{- .Values.image.registry -}}/{{- end -}}
{{- .Values.image.repository -}}
{{- if .Values.image.digest -}}@{{- .Values.image.digest -}}{{- else -}}:{{- .Values.image.tag | default .Chart.AppVersion -}}{{- end -}}
{{- end -}}

{{- define "invar.selector" -}}
app.kubernetes.io/name: {{ include "invar.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "invar.labels" -}}
{{ include "invar.selector" . }}
app.kubernetes.io/part-of: invar
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{- define "invar.meta" -}}
name: {{ include "invar.fullname" . }}
namespace: {{ include "invar.namespace" . }}
labels:
  {{- include "invar.labels" . | nindent 2 }}
{{- end -}}
