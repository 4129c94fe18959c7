using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Discovery;

/// <summary>One discovery component that runs, with a clock that moves when told to.</summary>
internal sealed class DiscoveryRun<TArguments> : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IComponent<TArguments> _component;
    private readonly Func<object, ValueList<Target>> _targets;
    private Task _run = Task.CompletedTask;

    public DiscoveryRun(string name, Func<ComponentContext, IComponent<TArguments>> create, Func<object, ValueList<Target>> targets)
    {
        Context = new TestComponentContext($"{name}.test", Time);
        _component = create(Context);
        _targets = targets;
    }

    public FakeTimeProvider Time { get; } = new();

    public TestComponentContext Context { get; }

    public ValueList<Target> Targets => _targets(Context.LastExports!);

    /// <summary>The addresses of all targets.</summary>
    public string Addresses => string.Join(" ", Targets.Select(static target => target["__address__"]));

    /// <summary>What the component shows of its sources: name, number of targets, problem.</summary>
    public IEnumerable<(string Name, string Targets, string Problem)> Sources =>
        ((ArrayValue)((ObjectValue)((IDebuggable)_component).DebugState())["sources"]).Cast<ObjectValue>()
            .Select(static source => (Shown(source["name"]), Shown(source["targets"]), Shown(source["last_error"])));

    public async Task StartAsync(TArguments arguments)
    {
        await _component.ApplyAsync(arguments, CancellationToken.None);
        _run = _component.RunAsync(_stop.Token);
    }

    public ValueTask ApplyAsync(TArguments arguments) => _component.ApplyAsync(arguments, CancellationToken.None);

    /// <summary>Waits in real time; a component that crashes fails the test.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        await Eventually.TrueAsync(() => _run.IsFaulted || condition());
        await (_run.IsFaulted ? _run : Task.CompletedTask);
    }

    /// <summary>Waits in real time while the component's clock runs.</summary>
    public async Task AdvanceUntilAsync(Func<bool> condition)
    {
        await Time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => _run.IsFaulted || condition());
        await (_run.IsFaulted ? _run : Task.CompletedTask);
    }

    public double Metric(string name) =>
        Context.Registry.Families().Where(family => family.Name == name).SelectMany(static family => family.Series)
            .Sum(static series => series.Instrument switch
            {
                Counter counter => counter.Value,
                Gauge gauge => gauge.Value,
                Summary summary => summary.Count,
                _ => 0,
            });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(30));
        await _component.DisposeAsync();
        _stop.Dispose();
        Context.Dispose();
    }

    private static string Shown(Value value) => Agent.Sdk.Decoding.ValueText.Of(value);
}
