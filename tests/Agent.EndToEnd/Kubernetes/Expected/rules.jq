# The rules of configurations from production, written by hand as jq over the pods of the capture. See README.md.

# Addresses as the tests have them: 10.0.0.0/8 is 127.0.0.0/8 there.
def loopback: sub("^10\\."; "127.");

# The pods of two node_exporter-like DaemonSets, which the capture has none of. The tests add the same ones.
def exporters:
  {"node-a": 1, "node-b": 2, "node-c": 3} | to_entries[] | . as $node
  | {"prometheus-node-exporter": [1, 9100], "kepler": [2, 9102]} | to_entries[]
  | {
      metadata: {
        name: "\(.key)-\($node.key)", namespace: "monitoring", uid: "00000000-0000-4000-8000-00000000000\($node.value)-\(.key)",
        labels: {"app.kubernetes.io/name": .key}, ownerReferences: [{kind: "DaemonSet", name: .key, controller: true}]
      },
      spec: {nodeName: $node.key, containers: [{name: "exporter", image: "registry.local/\(.key):1", ports: [{name: "metrics", containerPort: .value[1]}]}]},
      status: {phase: "Running", podIP: "127.31.\($node.value).\(.value[0])"}
    };

# What discovery.kubernetes makes of a pod: one target for each port of each container, one for a container without ports; none without an address.
def discovered:
  select(.status.podIP) | . as $pod
  | ([.spec.containers[] | {container: ., statuses: $pod.status.containerStatuses}] + [(.spec.initContainers // [])[] | {container: ., statuses: $pod.status.initContainerStatuses}])[]
  | . as $one
  | ((.container.ports // []) | if length == 0 then [null] else . end)[]
  | {
      address: (($pod.status.podIP | loopback) + (if . then ":\(.containerPort)" else "" end)),
      namespace: $pod.metadata.namespace, pod: $pod.metadata.name, uid: $pod.metadata.uid, node: $pod.spec.nodeName,
      name: $pod.metadata.labels["app.kubernetes.io/name"], app: $pod.metadata.labels.app,
      controller: ([($pod.metadata.ownerReferences // [])[] | select(.controller)][0].name),
      container: $one.container.name, image: $one.container.image,
      id: ([($one.statuses // [])[] | select(.name == $one.container.name)][0].containerID)
    };

# Labels in the order of their names; what is empty is no label.
def text: to_entries | map(select(.value != null and .value != "")) | sort_by(.key) | map("\(.key)=\(.value)") | join(",");

# srcnodes.alloy, discovery.relabel "pod_logs". The rule for job names a second group that its expression, (.*), does not have: it is empty.
def srcnodes_pod_logs:
  .items[] | discovered
  | {
      __address__: .address, namespace, pod, container, app: .name, job: "\(.namespace)/\(.container)/",
      __path__: "/var/log/pods/*\(.uid)/\(.container)/*.*log",
      container_runtime: (.id // "" | capture("^(?<runtime>\\S+)://.+$").runtime // "")
    } | text;

# srcnodes.alloy, what loki.source.kubernetes and loki.process "pod_logs" make streams of: labels that begin with __ go, cluster comes; the log of a
# container is one, whatever ports it has.
def srcnodes_streams:
  [.items[] | discovered
  | {
      namespace, pod, container, app: .name, job: "\(.namespace)/\(.container)/",
      container_runtime: (.id // "" | capture("^(?<runtime>\\S+)://.+$").runtime // ""),
      instance: "\(.namespace)/\(.pod):\(.container)", cluster: "kubernetes"
    } | text] | unique[];

# kimawesome.alloy, discovery.relabel "pod_logs" on each node.
def kimawesome_pod_logs:
  (.items[], exporters) | discovered
  | (.controller | capture("^(?<name>[0-9a-z.-]+?)(-[0-9a-f]{8,10})?$").name) as $controller
  | "\(.node) " + ({
      __address__: .address, namespace, controller: $controller, app: ([.name, .app, $controller] | map(select(. != null))[0]), node, image,
      __path__: "/var/log/pods/\(.namespace)_\(.pod)_\(.uid)/\(.container)/*.log"
    } | text);

# kimawesome.alloy, discovery.relabel "node_exporters" on each node.
def kimawesome_node_exporters:
  (.items[], exporters) | discovered | select(.name == "prometheus-node-exporter" or .name == "kepler")
  | "\(.node) " + ({__address__: .address, job: .name, instance: .node} | text);

# homelab.alloy, discovery.relabel "pods" on each node, whose selector asks for the node's own.
def homelab_pods:
  .items[] | discovered
  | "\(.node) " + ({__address__: .address, namespace, pod, container, image, __path__: "/var/log/pods/*\(.uid)/\(.container)/*.log"} | text);

# loki.source.kubernetes_events as it stands in kimawesome.alloy: namespace and line of each event. eventRV is the version of the Event itself.
def kimawesome_events:
  .items[]
  | "\(.involvedObject.namespace) " + ([
      "name=\(.involvedObject.name)", "kind=\(.involvedObject.kind)", (.action // empty | "action=\(.)"), (.involvedObject.apiVersion // empty | "objectAPIversion=\(.)"),
      (.involvedObject.resourceVersion // empty | "objectRV=\(.)"), "eventRV=\(.metadata.resourceVersion)",
      (.reportingInstance | select(. != "") | "reportinginstance=\(.)"), (.reportingComponent | select(. != "") | "reportingcontroller=\(.)"),
      "sourcecomponent=\(.source.component)", "sourcehost=\(.source.host)", "reason=\(.reason)", "type=\(.type)", "count=\(.count)", "msg=\(.message | tojson) "
    ] | join(" "));
