using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Agent.Runtime;
using Agent.Runtime.Graph;
using Agent.Sdk;

namespace Agent.Web.Api.V1;

/// <summary>The process: what it uses, what it says, and the few facts that every page shows.</summary>
internal sealed class ProcessAnswers(WebOptions options, WebServices services)
{
    private readonly DateTimeOffset _started = services.Time.GetUtcNow();

    public void WriteStatus(Utf8JsonWriter json, WholeGraph view)
    {
        LoadResult? last = services.Runtime.LastLoad;
        json.WriteStartObject();
        json.WriteString("version"u8, options.Version);
        json.WriteString("host"u8, Environment.MachineName);
        json.WriteString("started"u8, _started);
        json.WriteString("now"u8, services.Time.GetUtcNow());
        json.WriteBoolean("liveDebugging"u8, services.LiveDebugging.Enabled);
        json.WriteBoolean("allowsChanges"u8, options.AllowsChanges);
        json.WriteBoolean("rawScrapes"u8, options.RawScrapes);
        json.WriteBoolean("supportBundle"u8, options.SupportBundle);
        json.WriteBoolean("lastLoadSuccessful"u8, last?.Success ?? false);
        json.WriteString("hash"u8, services.Runtime.Running?.Source?.Hash ?? "");
        json.WriteStartObject("health"u8);
        foreach (IGrouping<HealthState, ComponentNode> state in view.Components.GroupBy(static node => node.Health.Current.State))
        {
            json.WriteNumber(ComponentJson.NameOf(state.Key), state.Count());
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public void WriteNode(Utf8JsonWriter json)
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        json.WriteStartObject();
        json.WriteNumber("at"u8, services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteString("version"u8, options.Version);
        json.WriteString("revision"u8, options.Revision);
        json.WriteString("runtime"u8, RuntimeInformation.FrameworkDescription);
        json.WriteString("system"u8, RuntimeInformation.OSDescription);
        json.WriteString("architecture"u8, RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteString("started"u8, _started);
        json.WriteNumber("processId"u8, Environment.ProcessId);
        json.WriteNumber("processors"u8, Environment.ProcessorCount);
        json.WriteNumber("cpuSeconds"u8, Environment.CpuUsage.TotalTime.TotalSeconds);
        json.WriteNumber("residentBytes"u8, Environment.WorkingSet);
        WriteBudget(json);
        json.WriteNumber("heapBytes"u8, memory.HeapSizeBytes);
        json.WriteNumber("allocatedBytes"u8, GC.GetTotalAllocatedBytes());
        json.WriteNumber("pauseSeconds"u8, GC.GetTotalPauseDuration().TotalSeconds);
        json.WriteStartArray("collections"u8);
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            json.WriteNumberValue(GC.CollectionCount(generation));
        }
        json.WriteEndArray();
        json.WriteNumber("threads"u8, Entries("/proc/self/task"));
        json.WriteNumber("openFiles"u8, Entries("/proc/self/fd"));
        NodeFacts.WriteStrings(json, "flags", options.Flags);
        json.WriteEndObject();
    }

    private void WriteBudget(Utf8JsonWriter json)
    {
        if (services.Memory?.Invoke() is { BudgetBytes: > 0 } state)
        {
            json.WriteNumber("memoryBudget"u8, state.BudgetBytes);
            json.WriteNumber("memoryUsed"u8, state.UsedBytes);
            json.WriteBoolean("memoryPressure"u8, state.Paused);
            json.WriteNumber("memoryPausedSeconds"u8, state.PausedSeconds);
        }
    }

    /// <param name="json">Takes the answer.</param>
    /// <param name="after">How many lines the reader knows of.</param>
    public void WriteLog(Utf8JsonWriter json, string after)
    {
        long known = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
        (long written, IReadOnlyList<string> lines) = services.LogSince(known);
        json.WriteStartObject();
        json.WriteNumber("written"u8, written);
        json.WriteStartArray("lines"u8);
        foreach (string line in lines)
        {
            json.WriteStringValue(PlainJson.Cut(line));
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>How many files a folder of <c>/proc</c> has; 0 where there is none.</summary>
    private static int Entries(string folder)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder).Count();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
