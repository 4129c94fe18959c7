using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Components.Tests.Decoding;

/// <summary>Evaluated blocks, written as code; spans point into a source that holds the lines in order.</summary>
internal static class Config
{
    public static BlockValue Block(string name, params object[] parts) => Labelled(name, null, parts);

    public static BlockValue Labelled(string name, string? label, params object[] parts) => new(
        name, label, Span(name), [.. parts.OfType<AttributeValue>()], [.. parts.OfType<BlockValue>()]);

    public static AttributeValue Set(string name, Value value, string? text = null) =>
        new(name, value, Span(name), Span(text ?? ValueText.Of(value)));

    public static AttributeValue Set(string name, string value) => Set(name, Value.Of(value));

    public static AttributeValue Set(string name, long value) => Set(name, Value.Of(value));

    public static AttributeValue Set(string name, bool value) => Set(name, Value.Of(value));

    public static Value List(params Value[] items) => new ListValue(items);

    public static Value Map(params (string Key, Value Value)[] fields) =>
        new MapValue(fields.ToDictionary(static field => field.Key, static field => field.Value));

    private static TextSpan Span(string text)
    {
        var source = new SourceText("test.alloy", text);
        return new TextSpan(source, 0, source.Bytes.Length);
    }
}
