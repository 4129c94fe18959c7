namespace Agent.Testing.Kubernetes;

/// <summary>Pods of a made-up cluster, as a server sends them: most of it is not in use.</summary>
public static class ClusterPods
{
    /// <param name="number">Pods of consecutive numbers are on consecutive nodes.</param>
    /// <param name="nodes">How many nodes there are.</param>
    /// <param name="revision">Stands in a label.</param>
    public static string Pod(int number, int nodes, int revision = 0) => $$"""
        {
          "apiVersion": "v1", "kind": "Pod",
          "metadata": {
            "name": "pod-{{number}}", "namespace": "ns-{{number % 40}}", "uid": "00000000-0000-4000-8000-{{number:D12}}", "generation": 1,
            "creationTimestamp": "2026-11-20T10:59:48Z",
            "labels": { "app.kubernetes.io/name": "app-{{number % 300}}", "app.kubernetes.io/instance": "inst-{{number % 900}}", "pod-template-hash": "7c9d{{number % 900:x4}}", "revision": "{{revision}}" },
            "annotations": { "prometheus.io/scrape": "true", "prometheus.io/port": "8080", "checksum/config": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a{{number % 100:D2}}" },
            "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "app-{{number % 300}}-7c9d{{number % 900:x4}}", "uid": "00000000-aaaa-4bbb-8ccc-000000000000", "controller": true }],
            "managedFields": [{ "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "time": "2026-11-20T10:59:48Z", "fieldsType": "FieldsV1", "fieldsV1": { "f:metadata": { "f:annotations": { ".": {}, "f:prometheus.io/path": {}, "f:prometheus.io/port": {} }, "f:labels": { ".": {}, "f:app.kubernetes.io/instance": {} } }, "f:spec": { "f:containers": { "k:{\"name\":\"main\"}": { ".": {}, "f:image": {}, "f:resources": {}, "f:ports": { ".": {} } } }, "f:dnsPolicy": {}, "f:restartPolicy": {}, "f:tolerations": {} } } }]
          },
          "spec": {
            "nodeName": "node-{{number % nodes}}", "restartPolicy": "Always", "serviceAccountName": "default", "schedulerName": "default-scheduler",
            "containers": [{ "name": "main", "image": "registry.local/app-{{number % 300}}:1.{{number % 7}}", "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }], "resources": { "requests": { "cpu": "50m", "memory": "64Mi" } }, "terminationMessagePath": "/dev/termination-log", "imagePullPolicy": "IfNotPresent", "volumeMounts": [{ "name": "token", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true }] }],
            "volumes": [{ "name": "token", "projected": { "sources": [{ "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } }] } }],
            "tolerations": [{ "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }]
          },
          "status": {
            "phase": "Running", "hostIP": "10.1.{{number % nodes}}.1", "podIP": "10.{{number / 62500}}.{{number / 250 % 250}}.{{number % 250}}",
            "conditions": [{ "type": "Ready", "status": "True", "lastTransitionTime": "2026-11-20T10:59:58Z" }],
            "containerStatuses": [{ "name": "main", "ready": true, "restartCount": 0, "image": "registry.local/app:1", "imageID": "sha256:1", "containerID": "containerd://{{number:x64}}", "state": { "running": { "startedAt": "2026-11-20T10:59:50Z" } } }]
          }
        }
        """;

    /// <summary>The folder of its logs below <c>/var/log/pods</c>.</summary>
    public static string LogFolder(int number) => $"ns-{number % 40}_pod-{number}_00000000-0000-4000-8000-{number:D12}";
}
