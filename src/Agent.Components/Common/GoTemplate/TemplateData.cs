using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate;

/// <summary>What a template runs over: texts by name. Asked for one by one, so that only what a template names is read.</summary>
public abstract class TemplateData
{
    private GoMap? _map;

    /// <summary>The data's type in Go, which <c>printf "%T"</c> and messages show.</summary>
    internal virtual GoType Type => GoType.AnyMap;

    /// <summary>Whether this is a struct in Go: a name that it does not have is then an error, not "no value".</summary>
    internal virtual bool IsRecord => false;

    /// <summary>Forgets what the last execution may have changed: <c>set</c> can add to the data.</summary>
    internal void Reset() => _map = null;

    /// <summary>The UTF-8 of a text; false where there is none of that name.</summary>
    /// <param name="name">The name in UTF-8 bytes, one to a char.</param>
    /// <param name="utf8">The value.</param>
    protected abstract bool TryRead(string name, out ReadOnlyMemory<byte> utf8);

    /// <summary>All names and values, names as in <see cref="TryRead"/>.</summary>
    protected abstract void ReadAll(Action<string, ReadOnlyMemory<byte>> add);

    internal bool TryGetBytes(string name, out ReadOnlyMemory<byte> utf8)
    {
        utf8 = default;
        return _map is null && TryRead(name, out utf8);
    }

    internal virtual bool TryGet(string name, out GoValue value)
    {
        if (_map is not null)
        {
            return _map.TryGet(name, out value);
        }
        bool found = TryRead(name, out ReadOnlyMemory<byte> utf8);
        value = found ? GoValue.Of(GoText.FromUtf8(utf8.Span)) : default;
        return found;
    }

    internal virtual GoMap ToMap()
    {
        if (_map is null)
        {
            var map = new GoMap();
            ReadAll((name, utf8) => map[name] = GoValue.Of(GoText.FromUtf8(utf8.Span)));
            _map = map;
        }
        return _map;
    }
}
