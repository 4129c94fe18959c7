using System.Text.Json;

namespace Agent.Components.Loki.PodTails;

internal enum ContainerPhase
{
    /// <summary>It has not run yet: there is no log.</summary>
    Waiting,
    Running,

    /// <summary>Its last run is over; the log of that can be read.</summary>
    Ended,
}

/// <summary>What is asked about a container.</summary>
/// <param name="Phase">Whether it runs.</param>
/// <param name="Restarts">Restarts so far; -1 where that is not known.</param>
/// <param name="EndedAt">When the last run ended.</param>
/// <param name="WillRestart">It may run again.</param>
internal sealed record ContainerState(ContainerPhase Phase, int Restarts, DateTimeOffset? EndedAt, bool WillRestart)
{
    /// <summary>Where the pod cannot be asked for: its log can be all the same.</summary>
    public static ContainerState Unknown { get; } = new(ContainerPhase.Running, -1, null, WillRestart: true);
}

/// <summary>Reads from a pod what one of its containers is doing.</summary>
internal static class PodStatus
{
    /// <returns>Null where it is another pod of the same name.</returns>
    /// <exception cref="JsonException">It is no pod.</exception>
    public static ContainerState? Read(ReadOnlyMemory<byte> json, PodContainer container)
    {
        using var document = JsonDocument.Parse(json);
        JsonElement pod = document.RootElement;
        if (Field(pod, "metadata") is not { } metadata)
        {
            throw new JsonException("it is no pod");
        }
        if (Text(metadata, "uid") is { Length: > 0 } uid && uid != container.Uid)
        {
            return null;
        }
        bool isEnding = Field(metadata, "deletionTimestamp") is not null;
        foreach ((string name, string specs) in (ReadOnlySpan<(string, string)>)
            [("containerStatuses", "containers"), ("initContainerStatuses", "initContainers"), ("ephemeralContainerStatuses", "ephemeralContainers")])
        {
            if (Named(Field(pod, "status"), name, container.Container) is { } status)
            {
                return Of(status, specs, !isEnding && Restarts(pod, specs, container.Container, ExitCode(status)));
            }
        }
        bool isOver = Text(Field(pod, "status"), "phase") is "Succeeded" or "Failed";
        return new ContainerState(isOver ? ContainerPhase.Ended : ContainerPhase.Waiting, 0, null, !isOver);
    }

    private static ContainerState Of(JsonElement status, string specs, bool willRestart)
    {
        int restarts = status.TryGetProperty("restartCount", out JsonElement count) && count.TryGetInt32(out int number) ? number : 0;
        JsonElement? state = Field(status, "state");
        if (Field(state, "running") is not null)
        {
            return new ContainerState(ContainerPhase.Running, restarts, null, WillRestart: true);
        }
        if (Field(state, "terminated") is { } ended)
        {
            return new ContainerState(ContainerPhase.Ended, restarts, Time(ended), willRestart);
        }
        // It waits for its next run, perhaps for long, and the log of the last one is there.
        return Field(Field(status, "lastState"), "terminated") is { } last
            ? new ContainerState(ContainerPhase.Ended, restarts, Time(last), specs != "ephemeralContainers")
            : new ContainerState(ContainerPhase.Waiting, restarts, null, WillRestart: true);
    }

    // https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
    private static bool Restarts(JsonElement pod, string specs, string name, int exitCode)
    {
        JsonElement? spec = Field(pod, "spec");
        string own = Text(Named(spec, specs, name), "restartPolicy");
        string policy = own.Length > 0 ? own : Text(spec, "restartPolicy");
        return specs switch
        {
            "ephemeralContainers" => false,
            "initContainers" when own != "Always" => exitCode != 0 && policy != "Never",
            _ => policy is "Always" or "" || (policy != "Never" && exitCode != 0),
        };
    }

    private static int ExitCode(JsonElement status) =>
        Field(Field(status, "state"), "terminated") is { } ended && ended.TryGetProperty("exitCode", out JsonElement code) && code.TryGetInt32(out int number)
            ? number
            : 0;

    private static DateTimeOffset? Time(JsonElement ended) =>
        Field(ended, "finishedAt") is { ValueKind: JsonValueKind.String } text && text.TryGetDateTimeOffset(out DateTimeOffset time) ? time : null;

    private static JsonElement? Named(JsonElement? parent, string list, string name)
    {
        if (Field(parent, list) is { ValueKind: JsonValueKind.Array } items)
        {
            foreach (JsonElement item in items.EnumerateArray())
            {
                if (Text(item, "name") == name)
                {
                    return item;
                }
            }
        }
        return null;
    }

    private static JsonElement? Field(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static string Text(JsonElement? parent, string name) =>
        Field(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() ?? "" : "";
}
