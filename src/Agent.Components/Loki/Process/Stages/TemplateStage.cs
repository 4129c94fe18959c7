using System.Collections.Concurrent;
using System.Diagnostics;
using Agent.Components.Common.GoTemplate;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Sets an extracted value to what a Go template makes of the others.</summary>
[Stage("template")]
public sealed partial class TemplateStage : LogStage
{
    private readonly TextTemplate _template;
    private readonly int _source;
    private readonly TemplateFieldNames _names;
    private readonly TemplateFailures _failures;
    private readonly ConcurrentBag<TemplateFields> _fields = [];

    private TemplateStage(Arguments arguments, StageContext context)
    {
        _template = TextTemplate.TryParse(arguments.Template, context.Time, new TemplateLimits(), out TextTemplate? template, out string? error)
            ? template
            : throw new UnreachableException($"BUG: an invalid template got through: {error}");
        _source = context.Slot(arguments.Source);
        _names = new TemplateFieldNames(_template, context);
        _failures = new TemplateFailures(context, "template");
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Name of the extracted value to set; in the template <c>.Value</c> is what it was. An empty result removes it.</summary>
        public required string Source { get; init; }

        /// <summary>Go template over the extracted values by name, <c>.Value</c> and the line as <c>.Entry</c>, with the functions of sprig.</summary>
        public required string Template { get; init; }

        public override LogStage Create(StageContext context) => new TemplateStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Source.Length == 0)
            {
                context.Error("source", "template source value is required", "name the extracted value to set");
            }
            if (!TextTemplate.TryParse(Template, TimeProvider.System, new TemplateLimits(), out _, out string? error))
            {
                context.Error("template", error);
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        TemplateFields fields = _fields.TryTake(out TemplateFields? pooled) ? pooled : new TemplateFields(_names, GoType.AnyMap);
        fields.Use(record, hasEntry: true);
        if (record.TryGetText(_source, out ReadOnlyMemory<byte> value))
        {
            fields.Value = value;
        }
        using (TemplateRun run = _template.Execute(fields))
        {
            if (run.Failed)
            {
                _failures.Add(_failures.WantsText ? run.Error : "");
            }
            else if (run.Output.IsEmpty)
            {
                record.Remove(_source);
            }
            else
            {
                record.Set(_source, SlotValue.OfText(record.Scratch.Copy(run.Output)));
            }
        }
        fields.Use(null, hasEntry: false);
        _fields.Add(fields);
        return true;
    }
}
