using Agent.Components.Common.GoTemplate;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>The slots of the names in a template, found once when the stage is made.</summary>
internal sealed class TemplateFieldNames(TextTemplate template, StageContext context)
{
    public IReadOnlyDictionary<string, int> Slots { get; } =
        template.FieldNames.ToDictionary(static name => name, name => context.Slot(GoText.ToString(name)), StringComparer.Ordinal);
}
