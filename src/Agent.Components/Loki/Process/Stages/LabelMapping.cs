using Agent.Sdk;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>The argument <c>values</c> of several stages: what is made, from what; without a source both have the same name.</summary>
internal static class LabelMapping
{
    public static void Validate(ValueMap<string?> values, ValidationContext context)
    {
        if (values.Keys.Any(static name => name.Length == 0))
        {
            context.Error("values", "a label needs a name that is not empty");
        }
    }

    public static IEnumerable<(string Name, string Source)> Of(ValueMap<string?> values)
    {
        foreach ((string name, string? source) in values)
        {
            yield return (name, string.IsNullOrEmpty(source) ? name : source);
        }
    }
}
