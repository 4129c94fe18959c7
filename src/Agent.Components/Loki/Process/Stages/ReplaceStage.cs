using System.Collections.Concurrent;
using System.Diagnostics;
using Agent.Components.Common.GoTemplate;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Replaces what the groups of a regular expression match, and extracts the replaced text of named groups.</summary>
[Stage("replace")]
public sealed partial class ReplaceStage : LogStage
{
    private readonly Pattern _pattern;
    private readonly TextTemplate _template;
    private readonly StageSource _source;
    private readonly (int Group, int Slot)[] _named;
    private readonly TemplateFieldNames _names;
    private readonly TemplateFailures _failures;
    private readonly ConcurrentBag<Replacement> _replacements = [];

    private ReplaceStage(Arguments arguments, StageContext context)
    {
        _pattern = arguments.Expression;
        _template = TextTemplate.TryParse(arguments.Replace, context.Time, new TemplateLimits(), out TextTemplate? template, out string? error)
            ? template
            : throw new UnreachableException($"BUG: an invalid template got through: {error}");
        _source = context.Source(arguments.Source);
        _names = new TemplateFieldNames(_template, context);
        _failures = new TemplateFailures(context, "replace");
        var named = new List<(int, int)>();
        for (int i = 1; i < _pattern.GroupNames.Count; i++)
        {
            if (_pattern.GroupNames[i] is { Length: > 0 } name)
            {
                named.Add((i, context.Slot(name)));
            }
        }
        _named = [.. named];
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Regular expression in RE2 syntax; what its groups match is replaced, wherever the expression matches.</summary>
        public required Pattern Expression { get; init; }

        /// <summary>Name of the extracted value to change; the line where it is not set.</summary>
        public string? Source { get; init; }

        /// <summary>Go template that a group becomes: <c>.Value</c> is its text, extracted values go by their names. Empty removes the text.</summary>
        public string Replace { get; init; } = "";

        public override LogStage Create(StageContext context) => new ReplaceStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Expression.Text.Length == 0)
            {
                context.Error("expression", "replace needs an expression that is not empty");
            }
            if (!TextTemplate.TryParse(Replace, TimeProvider.System, new TemplateLimits(), out _, out string? error))
            {
                context.Error("replace", error);
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (!_source.TryRead(record, out ReadOnlyMemory<byte> text) || !_pattern.IsMatch(text.Span))
        {
            return true;
        }
        Replacement replacement = _replacements.TryTake(out Replacement? pooled) ? pooled : new Replacement(_pattern, _template, _names);
        if (replacement.TryRun(record, text, _failures))
        {
            ReadOnlyMemory<byte> result = record.Scratch.Copy(replacement.Result);
            if (_source.Slot == StageSource.Line)
            {
                record.Line = result;
            }
            else
            {
                record.Set(_source.Slot, SlotValue.OfText(result));
            }
            foreach ((int group, int slot) in _named)
            {
                if (replacement.TryGroup(group, out ReadOnlyMemory<byte> replaced))
                {
                    record.Set(slot, SlotValue.OfText(record.Scratch.Copy(replaced.Span)));
                }
            }
        }
        replacement.Clear();
        _replacements.Add(replacement);
        return true;
    }
}
