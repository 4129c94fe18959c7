using Agent.Components.Common.GoTime;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Sdk;

namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>The text of values that have a String method in Go.</summary>
internal static class GoStringer
{
    public static bool TryText(GoValue value, out string text)
    {
        text = "";
        GoType? type = value.Type;
        if (ReferenceEquals(type, GoType.Time))
        {
            text = GoText.FromString(value.AsTime.ToString());
        }
        else if (ReferenceEquals(type, GoType.Duration))
        {
            text = GoText.FromString(GoDuration.FormatNanoseconds(value.AsInt));
        }
        else if (ReferenceEquals(type, GoType.Month))
        {
            text = value.AsInt is >= 1 and <= 12 ? GoTimeNames.Months[value.AsInt - 1] : $"%!Month({value.AsInt})";
        }
        else if (ReferenceEquals(type, GoType.Weekday))
        {
            text = GoTimeNames.Weekdays[value.AsInt];
        }
        else if (ReferenceEquals(type, GoType.Version) && !value.IsNilReference)
        {
            text = value.AsVersion.ToString();
        }
        else
        {
            return false;
        }
        return true;
    }
}
