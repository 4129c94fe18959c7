using System.Globalization;
using System.Text.Json;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>A change of the health of a component.</summary>
/// <param name="At">Since the start.</param>
internal sealed record HealthChange(TimeSpan At, string Component, bool IsHealthy, string Message);

/// <summary>Looks at the targets and the health of an agent several times a second, and remembers what was wrong.</summary>
/// <remarks>The agent hands targets on at most once a second, so a target that is gone for a moment is gone for longer than a look takes.</remarks>
internal sealed class TargetWatch(RunningAgent agent, Func<TimeSpan> elapsed)
{
    private const int MostFlaps = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);
    private readonly Lock _gate = new();
    private readonly List<string> _flaps = [];
    private readonly List<HealthChange> _changes = [];
    private readonly Dictionary<string, string> _health = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _stable = ShownTargets.Components.ToDictionary(static name => name, ShownTargets.Stable);

    /// <summary>How often all components were looked at.</summary>
    public int Looks { get; private set; }

    /// <summary>The longest time between two looks.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>Targets that ought to be there throughout and were not.</summary>
    public IReadOnlyList<string> Flaps
    {
        get
        {
            lock (_gate)
            {
                return [.. _flaps];
            }
        }
    }

    public IReadOnlyList<HealthChange> HealthChanges
    {
        get
        {
            lock (_gate)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>How many targets are looked for.</summary>
    public int Stable => _stable.Values.Sum(static names => names.Count);

    public async Task RunAsync(CancellationToken stop)
    {
        TimeSpan last = elapsed();
        while (!stop.IsCancellationRequested)
        {
            Assert.True(agent.IsRunning, "the agent ended by itself");
            foreach (string component in ShownTargets.Components)
            {
                await LookAsync(component);
            }
            await LookAtHealthAsync();
            Looks++;
            TimeSpan now = elapsed();
            LongestGap = now - last > LongestGap ? now - last : LongestGap;
            last = now;
            await Task.Delay(Pause, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(string component)
    {
        HashSet<string> shown = [.. (await ShownTargets.OfAsync(agent, component)).Select(ShownTargets.Identity)];
        lock (_gate)
        {
            IEnumerable<string> missing = _stable[component].Where(name => !shown.Contains(name));
            _flaps.AddRange(missing.Take(MostFlaps - _flaps.Count).Select(name => string.Create(
                CultureInfo.InvariantCulture, $"{elapsed().TotalSeconds:F1} s: {component}: {name} is not among {shown.Count} targets")));
        }
    }

    private async Task LookAtHealthAsync()
    {
        using JsonDocument components = JsonDocument.Parse(await agent.GetAsync("/api/v0/web/components"));
        foreach (JsonElement component in components.RootElement.EnumerateArray())
        {
            string id = component.GetProperty("localID").GetString()!;
            JsonElement health = component.GetProperty("health");
            (string state, string message) = (health.GetProperty("state").GetString()!, health.GetProperty("message").GetString()!);
            if (_health.GetValueOrDefault(id) != state + message)
            {
                _health[id] = state + message;
                lock (_gate)
                {
                    _changes.Add(new HealthChange(elapsed(), id, state == "healthy", message));
                }
            }
        }
    }
}
