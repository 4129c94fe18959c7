namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>What was made of a file's content, kept while the content is the same: most files that say what a host has hardly ever change.</summary>
internal sealed class ParsedContent<T>(ParsedContent<T>.Parser parse)
{
    private byte[]? _content;
    private T _value = default!;

    public delegate T Parser(ReadOnlySpan<byte> content);

    public T Of(ReadOnlySpan<byte> content)
    {
        if (_content is null || !content.SequenceEqual(_content))
        {
            // Only what could be read is kept.
            _value = parse(content);
            _content = content.ToArray();
        }
        return _value;
    }
}
