using Agent.Components.Loki.Process.Labels;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Sets the tenant that entries are sent as.</summary>
[Stage("tenant")]
public sealed partial class TenantStage : LogStage
{
    private const string TenantLabel = "__tenant_id__";
    private const int NoSource = -1;
    private readonly int _source = NoSource;
    private readonly int _change;

    private TenantStage(Arguments arguments, StageContext context)
    {
        if (arguments.Source.Length > 0)
        {
            _source = context.Slot(arguments.Source);
            _change = context.Change(new SetLabel(TenantLabel));
        }
        else if (arguments.Label.Length > 0)
        {
            _change = context.Change(new CopyLabel(arguments.Label));
        }
        else
        {
            _change = context.Change(new SetLabels([new Label(TenantLabel, arguments.Value)]));
        }
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Label whose value is the tenant; entries without it keep theirs.</summary>
        public string Label { get; init; } = "";

        /// <summary>Name of the extracted value that is the tenant; where it is missing or empty, entries keep theirs.</summary>
        public string Source { get; init; } = "";

        /// <summary>The tenant, the same for all entries.</summary>
        public string Value { get; init; } = "";

        public override LogStage Create(StageContext context) => new TenantStage(this, context);

        public void Validate(ValidationContext context)
        {
            int given = (Label.Length > 0 ? 1 : 0) + (Source.Length > 0 ? 1 : 0) + (Value.Length > 0 ? 1 : 0);
            if (given != 1)
            {
                context.Error(given == 0 ? "tenant needs a label, a source or a value" : "tenant takes only one of label, source and value");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (_source == NoSource)
        {
            record.Change(_change);
        }
        else if (record.TryGetText(_source, out ReadOnlyMemory<byte> tenant) && !tenant.IsEmpty)
        {
            record.Change(_change, tenant.Span);
        }
        return true;
    }

    private sealed class CopyLabel(string source) : LabelChange
    {
        public override void Apply(LabelSetBuilder labels, string value)
        {
            string tenant = labels.Get(source);
            if (tenant.Length > 0)
            {
                labels.Set(TenantLabel, tenant);
            }
        }
    }
}
