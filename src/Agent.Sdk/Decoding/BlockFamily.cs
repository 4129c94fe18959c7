using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Schema;
using Agent.Syntax;

namespace Agent.Sdk.Decoding;

/// <summary>One kind of block in a family.</summary>
public sealed record BlockKind<T>(string Name, Func<BlockSchema> Schema, Func<BlockValue, DiagnosticBag, T?> Decode);

/// <summary>Blocks of several kinds that may stand mixed, in order, where one list collects them: the stages of a pipeline.</summary>
public sealed class BlockFamily<T>(params BlockKind<T>[] kinds)
    where T : class
{
    private readonly Dictionary<string, BlockKind<T>> _byName = kinds.ToDictionary(static kind => kind.Name, StringComparer.Ordinal);

    public IEnumerable<ChildBlockSchema> Children => kinds.Select(static kind => new ChildBlockSchema(kind.Name, kind.Schema, false, true));

    internal bool TryGet(string name, [NotNullWhen(true)] out BlockKind<T>? kind) => _byName.TryGetValue(name, out kind);
}
