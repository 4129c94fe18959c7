using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Tests.Decoding;

public enum SampleMode
{
    Fast,
    VerySlow,

    [Name("keepequal")]
    KeepEqual,
}

/// <summary>Has an argument of every type that arguments may have.</summary>
/// <example>
/// sample.component "x" {
///     url = "http://host"
/// }
/// </example>
[Component("sample.component", Stability = Stability.Experimental)]
public sealed class SampleComponent(ComponentContext context) : IComponent<SampleComponent.Arguments>
{
    public sealed record Arguments : IValidated
    {
        /// <summary>Where to.</summary>
        public required Uri Url { get; init; }

        /// <summary>A name.</summary>
        public string Name { get; init; } = "nobody";

        /// <summary>A flag.</summary>
        public bool Enabled { get; init; } = true;

        /// <summary>Attempts.</summary>
        public int MaxBackoffRetries { get; init; } = 10;

        /// <summary>Whether a 429 is tried again.</summary>
        public bool RetryOnHttp429 { get; init; } = true;

        /// <summary>Whether HTTP/2 is spoken.</summary>
        public bool EnableHttp2 { get; init; }

        /// <summary>Small.</summary>
        public sbyte Small { get; init; }

        /// <summary>Large.</summary>
        public ulong Large { get; init; }

        /// <summary>A share.</summary>
        public double Ratio { get; init; } = 0.5;

        /// <summary>A wait.</summary>
        public TimeSpan BatchWait { get; init; } = TimeSpan.FromSeconds(1);

        /// <summary>A limit, if any.</summary>
        public int? Limit { get; init; }

        /// <summary>A password, if any.</summary>
        public Secret? Password { get; init; }

        /// <summary>Text that may be secret.</summary>
        public OptionalSecret? Token { get; init; }

        /// <summary>How.</summary>
        public SampleMode Mode { get; init; }

        /// <summary>Words.</summary>
        public ValueList<string> Words { get; init; } = ["a"];

        /// <summary>Headers.</summary>
        public ValueMap<string> Headers { get; init; } = ValueMap<string>.Empty;

        /// <summary>Targets.</summary>
        public ValueList<Target> Targets { get; init; } = [];

        /// <summary>Receivers.</summary>
        public ValueList<ILogConsumer> ForwardTo { get; init; } = [];

        /// <summary>Anything.</summary>
        public Value? Anything { get; init; }

        /// <summary>An option without effect.</summary>
        [NotHonoured("there is nothing to do")]
        public bool Useless { get; init; }

        /// <summary>An old option.</summary>
        [Deprecated("write name")]
        public string? OldName { get; init; }

        /// <summary>One block.</summary>
        [Block]
        public Queue? Queue { get; init; }

        /// <summary>Several blocks.</summary>
        [Block]
        public ValueList<Rule> Rule { get; init; } = [];

        [Flatten]
        public ClientOptions Client { get; init; } = new() { Timeout = TimeSpan.FromSeconds(5) };

        [Blocks]
        public ValueList<SampleStage> Stages { get; init; } = [];

        public void Validate(ValidationContext context)
        {
            if (MaxBackoffRetries < 0)
            {
                context.Error("max_backoff_retries", "cannot retry a negative number of times");
            }
        }
    }

    public sealed record Queue
    {
        /// <summary>How much.</summary>
        public required int Capacity { get; init; }
    }

    public sealed record Rule
    {
        /// <summary>The label of the block.</summary>
        [BlockLabel]
        public required string Label { get; init; }

        /// <summary>What to do.</summary>
        public string Action { get; init; } = "replace";
    }

    public sealed record ClientOptions : IValidated
    {
        /// <summary>How long.</summary>
        public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

        public void Validate(ValidationContext context)
        {
            if (Timeout < TimeSpan.Zero)
            {
                context.Error("timeout", "cannot wait for less than nothing");
            }
        }
    }

    /// <param name="Output">The targets.</param>
    /// <param name="Count">How many.</param>
    public sealed record Exports(ValueList<Target> Output, int Count);

    public Arguments? Applied { get; private set; }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        Applied = arguments;
        context.Export(new Exports(arguments.Targets, arguments.Targets.Count));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
