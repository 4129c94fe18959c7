{{- define "invar.pod" -}}
metadata:
  labels:
    {{- include "invar.labels" . | nindent 4 }}
    {{- with .Values.controller.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: invar
    # The environment is read once, at the start; the configuration is watched.
    checksum/environment: {{ toYaml .Values.alloy.environment | sha256sum }}
    {{- with .Values.controller.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "invar.serviceAccount" . }}
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "invar.priorityClass" . }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.controller.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.controller.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.controller.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.controller.hostNetwork }}
  hostNetwork: true
  {{- end }}
  {{- if .Values.controller.hostPID }}
  hostPID: true
  {{- end }}
  {{- with .Values.controller.dnsPolicy | default (ternary "ClusterFirstWithHostNet" "" .Values.controller.hostNetwork) }}
  dnsPolicy: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ .Values.controller.terminationGracePeriodSeconds }}
  {{- with .Values.controller.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if or (eq .Values.storage.type "hostPath") .Values.controller.initContainers }}
  initContainers:
    {{- if eq .Values.storage.type "hostPath" }}
    - name: storage
      image: {{ .Values.storage.initImage }}
      command: ["chown", "-R", {{ .Values.storage.owner | quote }}, {{ .Values.alloy.storagePath | quote }}]
      securityContext:
        runAsNonRoot: false
        runAsUser: 0
        runAsGroup: 0
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: ["ALL"]
          add: ["CHOWN", "DAC_READ_SEARCH"]
      resources:
        requests:
          cpu: 10m
          memory: 8Mi
        limits:
          memory: 32Mi
      volumeMounts:
        - name: storage
          mountPath: {{ .Values.alloy.storagePath }}
    {{- end }}
    {{- with .Values.controller.initContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    - name: invar
      image: {{ include "invar.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- with .Values.alloy.command }}
      command:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      args:
        - run
        - /etc/invar/{{ include "invar.configKey" . }}
        - --storage.path={{ .Values.alloy.storagePath }}
        - --server.http.listen-addr={{ .Values.alloy.listenAddr }}:{{ .Values.alloy.listenPort }}
        - --config.watch
        {{- if ne .Values.alloy.uiPathPrefix "/" }}
        - --server.http.ui-path-prefix={{ .Values.alloy.uiPathPrefix }}
        {{- end }}
        {{- if ne .Values.alloy.stabilityLevel "generally-available" }}
        - --stability.level={{ .Values.alloy.stabilityLevel }}
        {{- end }}
        {{- range .Values.alloy.extraArgs }}
        - {{ . | quote }}
        {{- end }}
      env:
        - name: HOSTNAME
          valueFrom:
            fieldRef:
              fieldPath: spec.nodeName
        - name: K8S_NODE_NAME
          valueFrom:
            fieldRef:
              fieldPath: spec.nodeName
        {{- with .Values.alloy.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      envFrom:
        - configMapRef:
            name: {{ include "invar.fullname" . }}-environment
        {{- with .Values.alloy.envFrom }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: http-metrics
          containerPort: {{ .Values.alloy.listenPort }}
          protocol: TCP
      {{- with .Values.alloy.readinessProbe }}
      readinessProbe:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.alloy.livenessProbe }}
      livenessProbe:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.alloy.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.alloy.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: config
          mountPath: /etc/invar
          readOnly: true
        - name: storage
          mountPath: {{ .Values.alloy.storagePath }}
        {{- if .Values.alloy.mounts.varlog }}
        - name: varlog
          mountPath: /var/log
          readOnly: true
        {{- end }}
        {{- if .Values.alloy.mounts.dockercontainers }}
        - name: dockercontainers
          mountPath: /var/lib/docker/containers
          readOnly: true
        {{- end }}
        {{- if .Values.alloy.mounts.host }}
        - name: proc
          mountPath: /host/proc
          readOnly: true
        - name: sys
          mountPath: /host/sys
          readOnly: true
        - name: root
          mountPath: /host/root
          readOnly: true
          mountPropagation: HostToContainer
        {{- end }}
        {{- with .Values.alloy.mounts.extra }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .Values.controller.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "invar.configMap" . }}
    {{- if eq .Values.storage.type "hostPath" }}
    - name: storage
      hostPath:
        path: {{ .Values.storage.hostPath }}
        type: DirectoryOrCreate
    {{- else }}
    - name: storage
      emptyDir:
        sizeLimit: {{ .Values.storage.sizeLimit }}
    {{- end }}
    {{- if .Values.alloy.mounts.varlog }}
    - name: varlog
      hostPath:
        path: /var/log
    {{- end }}
    {{- if .Values.alloy.mounts.dockercontainers }}
    - name: dockercontainers
      hostPath:
        path: /var/lib/docker/containers
    {{- end }}
    {{- if .Values.alloy.mounts.host }}
    - name: proc
      hostPath:
        path: /proc
    - name: sys
      hostPath:
        path: /sys
    - name: root
      hostPath:
        path: /
    {{- end }}
    {{- with .Values.controller.volumes.extra }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
