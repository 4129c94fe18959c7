using System.Net;
using System.Text.Json;
using Agent.Components.Common.Http;
using Agent.Components.Discovery.Kubernetes.Roles;
using Agent.Kubernetes.Json;
using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubelet;

/// <summary>The request of discovery.kubelet.</summary>
internal sealed class KubeletSearch(DiscoveryKubelet.Arguments arguments, HttpClient http) : ITargetSearch
{
    /// <summary>A node has a few hundred pods at most, of a few kilobytes each.</summary>
    private const int LongestAnswer = 64 * 1024 * 1024;

    private readonly PodTargets _targets = new(new MetaLabels());

    public async Task RefreshAsync(FoundTargets found, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(arguments.Url.OriginalString.TrimEnd('/') + "/pods"));
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException($"the kubelet answers {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd());
        }
        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, LongestAnswer, stop);
        found.Set("", TargetsOf(body.Span));
    }

    public void Dispose() => http.Dispose();

    private List<Target> TargetsOf(ReadOnlySpan<byte> body)
    {
        var targets = new List<Target>();
        try
        {
            var json = new Utf8JsonReader(body);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException("the kubelet's answer is no list of pods");
            }
            while (JsonFields.Next(ref json))
            {
                if (json.ValueTextEquals("items"u8))
                {
                    AddPods(ref json, targets);
                }
                else
                {
                    JsonFields.Skip(ref json);
                }
            }
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"cannot read the kubelet's answer: {exception.Message}", exception);
        }
        return targets;
    }

    private void AddPods(ref Utf8JsonReader json, List<Target> targets)
    {
        if (!JsonFields.EnterArray(ref json))
        {
            return;
        }
        while (JsonFields.NextObject(ref json))
        {
            if (Pod.Read(ref json) is { } pod
                && (arguments.Namespaces.Count == 0 || arguments.Namespaces.Contains(pod.Metadata.Namespace)))
            {
                _targets.Build(pod, ClusterView.Empty, targets);
            }
        }
    }
}
