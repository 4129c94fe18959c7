using System.Text;
using System.Text.Json;
using Agent.Kubernetes.Objects;
using Agent.Testing;

namespace Agent.Kubernetes.Tests.Objects;

public sealed class ObjectsTests
{
    [Fact]
    public void A_pod_has_its_containers_with_their_statuses_in_whatever_order_they_come()
    {
        Pod pod = Read(Kinds.Pods, """
            {
              "status": {
                "ephemeralContainerStatuses": [{ "name": "debug", "containerID": "cri://d", "restartCount": 0 }],
                "containerStatuses": [{ "name": "b", "containerID": "cri://b", "restartCount": 3 }, { "name": "gone", "containerID": "cri://g" }],
                "initContainerStatuses": [{ "name": "i", "containerID": "cri://i", "restartCount": 1 }],
                "conditions": [{ "type": "Initialized", "status": "True" }, { "type": "Ready", "status": "False" }],
                "phase": "Running", "podIP": "10.0.0.1", "hostIP": "10.1.0.1"
              },
              "spec": {
                "nodeName": "node-a",
                "containers": [
                  { "name": "a", "image": "ia" },
                  { "name": "b", "image": "ib", "ports": [{ "containerPort": 80, "name": "http", "protocol": "TCP" }, { "containerPort": 81 }] }
                ],
                "initContainers": [{ "name": "i", "image": "ii" }],
                "ephemeralContainers": [{ "name": "debug", "image": "id" }]
              },
              "metadata": { "name": "p", "namespace": "n", "uid": "u" }
            }
            """)!;

        Assert.Equal(("node-a", "Running", "10.0.0.1", "10.1.0.1", "False"), (pod.NodeName, pod.Phase, pod.PodIP, pod.HostIP, pod.Ready));
        Assert.Equal(["a", "b"], pod.Containers.Select(static container => container.Name));
        Assert.Equal(("", 0), (pod.Containers[0].Id, pod.Containers[0].RestartCount));
        Assert.Equal(("cri://b", 3), (pod.Containers[1].Id, pod.Containers[1].RestartCount));
        Assert.Equal([new NamedPort("http", 80, "TCP"), new NamedPort("", 81, "")], pod.Containers[1].Ports);
        Assert.Equal(("i", "cri://i"), (pod.InitContainers[0].Name, pod.InitContainers[0].Id));
        Assert.Equal(("debug", "cri://d"), (pod.EphemeralContainers[0].Name, pod.EphemeralContainers[0].Id));
    }

    [Fact]
    public void A_pod_that_replaces_another_shares_what_is_equal()
    {
        Pod before = Read(Kinds.Pods, Versioned("1", "web-0", "cri://0"))!;
        Pod after = Read(Kinds.Pods, Versioned("2", "web-0", "cri://1"))!;
        Pod shared = Kinds.Pods.Sharing!(after, before);

        Assert.Equal("2", shared.Metadata.ResourceVersion);
        Assert.Equal(["cri://s", "cri://1"], shared.Containers.Select(static container => container.Id));
        Assert.Same(before.Containers[0], shared.Containers[0]);
        Assert.Same(before.InitContainers, shared.InitContainers);
        Assert.Same(before.Metadata.Uid, shared.Metadata.Uid);
        Assert.Same(before.Metadata.Labels, shared.Metadata.Labels);
        Assert.Equivalent(after, shared, strict: true);

        static string Versioned(string version, string name, string id) => $$"""
            {
              "metadata": {
                "name": "{{name}}", "namespace": "n", "uid": "u-1", "resourceVersion": "{{version}}", "labels": { "app": "web" },
                "ownerReferences": [{ "kind": "StatefulSet", "name": "web", "controller": true }]
              },
              "spec": { "containers": [{ "name": "side" }, { "name": "main", "ports": [{ "containerPort": 80 }] }], "initContainers": [{ "name": "i" }] },
              "status": { "podIP": "10.0.0.1", "containerStatuses": [{ "name": "side", "containerID": "cri://s" }, { "name": "main", "containerID": "{{id}}" }] }
            }
            """;
    }

    [Fact]
    public void Pods_of_one_workload_share_labels_annotations_owners_and_ports()
    {
        Pod one = Read(Kinds.Pods, OfWorkload("a"))!;
        Pod other = Read(Kinds.Pods, OfWorkload("b"))!;

        Assert.Same(one.Metadata.Labels, other.Metadata.Labels);
        Assert.Same(one.Metadata.Annotations, other.Metadata.Annotations);
        Assert.Same(one.Metadata.Owners, other.Metadata.Owners);
        Assert.Same(one.Containers[0].Ports, other.Containers[0].Ports);

        static string OfWorkload(string name) => $$"""
            {
              "metadata": {
                "name": "{{name}}", "labels": { "app": "of-workload", "tier": "x" }, "annotations": { "note": "{{new string('n', 500)}}" },
                "ownerReferences": [{ "kind": "ReplicaSet", "name": "of-workload-1", "controller": true }]
              },
              "spec": { "containers": [{ "name": "main", "ports": [{ "containerPort": 4711, "name": "of-workload" }] }] }
            }
            """;
    }

    [Theory]
    [InlineData("""{ "metadata": { "name": "p" } }""")]
    [InlineData("""{ "metadata": { "name": "p" }, "spec": null, "status": null }""")]
    [InlineData("""{ "metadata": { "name": "p" }, "spec": [], "status": "x" }""")]
    [InlineData("""{ "metadata": { "name": "p" }, "spec": { "containers": { "a": 1 }, "nodeName": 7 }, "status": { "conditions": [1, null], "phase": [] } }""")]
    public void What_is_missing_or_of_another_type_is_empty(string json)
    {
        Pod pod = Read(Kinds.Pods, json)!;

        Assert.Empty(pod.Containers);
        Assert.Equal(("", "", "", ""), (pod.NodeName, pod.Phase, pod.PodIP, pod.Ready));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "metadata": { "namespace": "n" }, "spec": { "nodeName": "x" } }""")]
    public void What_has_no_name_is_nothing(string json)
    {
        Assert.Null(Read(Kinds.Pods, json));
        Assert.Null(Read(Kinds.Nodes, json));
        Assert.Null(Read(Kinds.Services, json));
        Assert.Null(Read(Kinds.Endpoints, json));
        Assert.Null(Read(Kinds.EndpointSlices, json));
        Assert.Null(Read(Kinds.Ingresses, json));
        Assert.Null(Read(Kinds.Namespaces, json));
    }

    [Fact]
    public void An_ingress_tells_rules_for_every_path_from_rules_for_none()
    {
        Ingress ingress = Read(Kinds.Ingresses, """
            {
              "metadata": { "name": "i", "namespace": "n" },
              "spec": {
                "ingressClassName": "nginx", "tls": [{ "hosts": ["a", "*.b"] }, { "secretName": "s" }, { "hosts": ["c"] }],
                "rules": [{ "host": "all" }, { "host": "none", "http": {} }, { "host": "two", "http": { "paths": [{ "path": "/x" }, { "pathType": "Prefix" }] } }]
              }
            }
            """)!;

        Assert.Equal("nginx", ingress.ClassName);
        Assert.Equal(["a", "*.b", "c"], ingress.TlsHosts);
        Assert.Null(ingress.Rules[0].Paths);
        Assert.Empty(ingress.Rules[1].Paths!);
        Assert.Equal(["/x", ""], ingress.Rules[2].Paths);
    }

    [Fact]
    public void A_slice_keeps_unknown_apart_from_false()
    {
        EndpointSlice slice = Read(Kinds.EndpointSlices, """
            {
              "metadata": { "name": "s", "namespace": "n" }, "addressType": "IPv6", "ports": [{ "name": "all" }],
              "endpoints": [{ "addresses": ["::1", 7], "conditions": { "ready": false, "serving": null }, "zone": "z", "nodeName": "n1", "deprecatedTopology": { "a": "b" } }]
            }
            """)!;

        SliceEndpoint endpoint = Assert.Single(slice.Endpoints);
        Assert.Equal((false, null, null), (endpoint.Ready, endpoint.Serving, endpoint.Terminating));
        Assert.Equal(["::1"], endpoint.Addresses);
        Assert.Equal(("z", "n1", "b"), (endpoint.Zone, endpoint.NodeName, endpoint.Topology["a"]));
        Assert.Null(Assert.Single(slice.Ports).Number);
    }

    [ConformanceFact]
    public void Lists_of_a_real_API_server_are_read_whole()
    {
        Assert.Equal(30, CountOf("pods_list.json", Kinds.Pods, static pod => pod.NodeName.Length > 0 || pod.Phase == "Pending"));
        Assert.True(CountOf("nodes_list.json", Kinds.Nodes, static node => node.Addresses.Count > 0) > 0);
        Assert.True(CountOf("services_list.json", Kinds.Services, static service => service.Ports.Count > 0 && service.Type.Length > 0) > 0);
        Assert.True(CountOf("endpointslices_list.json", Kinds.EndpointSlices, static slice => slice.AddressType.Length > 0) > 0);
        Assert.True(CountOf("ingresses_list.json", Kinds.Ingresses, static ingress => ingress.Rules.Count > 0) > 0);
        Assert.True(CountOf("namespaces_list.json", Kinds.Namespaces, static _ => true) > 0);
    }

    /// <summary>How many items there are; each has to be read, and to fulfil the condition.</summary>
    private static int CountOf<T>(string file, ResourceKind<T> kind, Predicate<T> condition)
        where T : class, IKubernetesObject
    {
        using JsonDocument list = Conformance.Load("kubernetes/" + file);
        JsonElement items = list.RootElement.GetProperty("items");
        foreach (JsonElement item in items.EnumerateArray())
        {
            Assert.True(Read(kind, item.GetRawText()) is { } read && condition(read), item.GetRawText());
        }
        return items.GetArrayLength();
    }

    private static T? Read<T>(ResourceKind<T> kind, string json)
        where T : class, IKubernetesObject
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        T? item = kind.Read(ref reader);
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal(0, reader.CurrentDepth);
        return item;
    }
}
