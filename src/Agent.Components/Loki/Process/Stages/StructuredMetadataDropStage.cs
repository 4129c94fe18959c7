using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Removes structured metadata from entries.</summary>
[Stage("structured_metadata_drop")]
public sealed partial class StructuredMetadataDropStage : LogStage
{
    private readonly string[] _names;

    private StructuredMetadataDropStage(Arguments arguments) => _names = [.. arguments.Values];

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Names of the metadata to remove.</summary>
        public required ValueList<string> Values { get; init; }

        public override LogStage Create(StageContext context) => new StructuredMetadataDropStage(this);

        public void Validate(ValidationContext context)
        {
            if (Values.Count == 0)
            {
                context.Error("values", "structured_metadata_drop needs at least one name");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        foreach (string name in _names)
        {
            record.RemoveMetadata(name);
        }
        return true;
    }
}
