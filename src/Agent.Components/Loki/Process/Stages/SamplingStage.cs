using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Keeps a random part of the entries and drops the rest.</summary>
[Stage("sampling")]
public sealed partial class SamplingStage : LogStage
{
    private readonly double _rate;
    private readonly Counter _dropped;

    private SamplingStage(Arguments arguments, StageContext context)
    {
        _rate = arguments.Rate;

        // Unlike the reasons of other stages this one is listed from the start, at zero.
        _dropped = DropCounter.Of(context.Metrics, arguments.DropCounterReason);
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Share of entries to keep, from 0 to 1.</summary>
        public required double Rate { get; init; }

        /// <summary>Reason under which dropped entries are counted.</summary>
        public string DropCounterReason { get; init; } = "sampling_stage";

        public override LogStage Create(StageContext context) => new SamplingStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (!(Rate is >= 0 and <= 1))
            {
                context.Error("rate", "the sampling rate must be between 0 and 1");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (Random.Shared.NextDouble() < _rate)
        {
            return true;
        }
        _dropped.Increment();
        return false;
    }
}
