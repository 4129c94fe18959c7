using Agent.Components.Loki.Process.Selectors;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Runs stages on the entries that a selector matches, or drops those entries.</summary>
[Stage("match")]
public sealed partial class MatchStage : LogStage
{
    private readonly LogSelector _selector;
    private readonly DropCounter _dropped;
    private readonly LogStage[] _stages;

    private MatchStage(Arguments arguments, StageContext context)
    {
        _selector = LogSelector.TryParse(arguments.Selector, out LogSelector? selector, out string? error)
            ? selector
            : throw new InvalidOperationException($"BUG: selector was not validated: {error}");
        _dropped = new DropCounter(context.Metrics, arguments.DropCounterReason is { Length: > 0 } reason ? reason : "match_stage");
        _stages = context.CreateAll(arguments.Stage);
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>LogQL stream selector with line filters, such as <c>{app="x"} |= "error"</c>.</summary>
        public required string Selector { get; init; }

        /// <summary>What happens to entries that match: <c>keep</c> runs the stages inside, <c>drop</c> drops them.</summary>
        public string Action { get; init; } = "keep";

        /// <summary>Name of the stages inside; nothing depends on it.</summary>
        public string PipelineName { get; init; } = "";

        /// <summary>Reason under which dropped entries are counted.</summary>
        public string DropCounterReason { get; init; } = "match_stage";

        /// <summary>Stages for entries that match.</summary>
        [Blocks]
        public ValueList<StageArguments> Stage { get; init; } = [];

        internal bool IsDrop => Action == "drop";

        public override LogStage Create(StageContext context) => new MatchStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Selector.Length == 0)
            {
                context.Error("selector", "match needs a selector");
            }
            else if (!LogSelector.TryParse(Selector, out _, out string? error))
            {
                context.Error("selector", $"cannot read the selector: {error}");
            }
            if (Action is not ("" or "keep" or "drop"))
            {
                context.Error("action", $"unknown action \"{Action}\"", "write \"keep\" or \"drop\"");
            }
            else if (IsDrop && Stage.Count > 0)
            {
                context.Error("stage", "match with the action drop takes no stages");
            }
            else if (!IsDrop && Stage.Count == 0)
            {
                context.Error("match needs at least one stage inside");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (!_selector.Matches(record))
        {
            return true;
        }
        _dropped.Increment();
        return false;
    }

    internal override void AddTo(ProgramBuilder program)
    {
        if (_stages.Length == 0)
        {
            program.Add(this);
        }
        else
        {
            program.AddGuarded(_selector, _stages);
        }
    }
}
