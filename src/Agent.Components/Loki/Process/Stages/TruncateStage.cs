using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Cuts lines, labels, extracted values and structured metadata that are too long.</summary>
[Stage("truncate")]
public sealed partial class TruncateStage : LogStage
{
    private readonly TruncateRule[] _rules;
    private readonly int _truncated;

    private TruncateStage(Arguments arguments, StageContext context)
    {
        _truncated = context.Slot(TruncatedFields.ValueName);
        var fields = new TruncatedFields(context.Metrics);
        _rules = [.. arguments.Rule.Select(rule => new TruncateRule(rule, fields, context))];
    }

    public sealed record Arguments : StageArguments
    {
        /// <summary>What to cut; repeat the block for several rules, which apply in turn.</summary>
        [Block]
        public required ValueList<Rule> Rule { get; init; }

        public override LogStage Create(StageContext context) => new TruncateStage(this, context);
    }

    public sealed record Rule : IValidated
    {
        /// <summary>Longest value in bytes, the suffix included, such as <c>1KiB</c>.</summary>
        public required ByteSize Limit { get; init; }

        /// <summary>Text to put behind values that were cut.</summary>
        public string Suffix { get; init; } = "";

        /// <summary>Names of the labels, metadata or extracted values to cut; all of them where none is given.</summary>
        public ValueList<string> Sources { get; init; } = [];

        /// <summary>What to cut: <c>line</c>, <c>label</c>, <c>structured_metadata</c> or <c>extracted</c>.</summary>
        public ValueSource SourceType { get; init; } = ValueSource.Line;

        public void Validate(ValidationContext context)
        {
            if (Limit.Bytes <= 0)
            {
                context.Error("limit", "the limit must be greater than 0");
            }
            else if (System.Text.Encoding.UTF8.GetByteCount(Suffix) >= Limit.Bytes && Suffix.Length > 0)
            {
                context.Error("suffix", "the suffix must be shorter than the limit");
            }
            if (SourceType == ValueSource.Line && Sources.Count > 0)
            {
                context.Error("sources", "sources cannot be set when source_type is \"line\"");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        int fields = 0;
        foreach (TruncateRule rule in _rules)
        {
            fields |= rule.Apply(record);
            if (fields != 0)
            {
                TruncatedFields.Note(record, _truncated, fields);
            }
        }
        return true;
    }
}
