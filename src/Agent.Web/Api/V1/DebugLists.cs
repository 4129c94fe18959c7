using System.Globalization;
using Agent.Syntax.Values;

namespace Agent.Web.Api.V1;

/// <summary>Reads what components show of themselves, which has no type of its own; what is not there reads as nothing.</summary>
internal static class DebugLists
{
    /// <summary>The objects of a list in a field; none where there is no such list.</summary>
    public static IReadOnlyList<ObjectValue> Items(Value? state, string field) =>
        state is ObjectValue fields && fields.TryGet(field, out Value? value) && value is ArrayValue list ? [.. list.OfType<ObjectValue>()] : [];

    public static double Number(ObjectValue item, string field) =>
        item.TryGet(field, out Value? value) && value is NumberValue number ? number.AsDouble : 0;

    public static string Text(ObjectValue item, string field) =>
        item.TryGet(field, out Value? value) && value is StringValue { IsSensitive: false } text ? text.Text : "";

    /// <summary>0 where there is no such time.</summary>
    public static double AgeSeconds(ObjectValue item, string field, DateTimeOffset now) =>
        DateTimeOffset.TryParse(Text(item, field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            ? Math.Max(0, (now - at).TotalSeconds)
            : 0;
}
