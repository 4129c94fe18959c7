using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Watching;

/// <summary>The objects of a kind and scope as the server has them, kept up to date for as long as somebody holds it.</summary>
/// <remarks>
/// What is known stays through disconnects, relists and errors of the server: an object goes only when the server says so (or when a
/// full relist no longer has it). Objects are never changed, only replaced.
/// </remarks>
public interface IResourceWatch<T> : IAsyncDisposable
    where T : class, IKubernetesObject
{
    /// <summary>All objects, by <c>namespace/name</c> (by name for objects of the cluster). A snapshot: it does not change under the reader.</summary>
    IReadOnlyDictionary<string, T> Objects { get; }

    WatchStatus Status { get; }

    /// <summary>Completes once the first list has been taken whole.</summary>
    Task FirstList { get; }

    /// <summary>
    /// Calls back for every change from now on, one call at a time, never under a lock; a relist that replaces many objects gives one call
    /// per changed object. Also called, with two nulls, when health or message of <see cref="Status"/> has changed. Must neither block nor
    /// throw. Disposing ends it.
    /// </summary>
    IDisposable Subscribe(Action<ResourceChange<T>> changed);
}

/// <summary>One change: added (Before is null), modified (neither is), deleted (After is null), or a change of status alone (both are).</summary>
public readonly record struct ResourceChange<T>(T? Before, T? After)
    where T : class;

/// <summary>How a watch is doing.</summary>
/// <param name="IsHealthy">False once the server has refused or could not be reached for longer than a few seconds; true again at the next success.</param>
/// <param name="Message">Why it is not, with the missing RBAC rule where that is the cause; else what it does.</param>
/// <param name="Lists">Full lists taken since the start.</param>
/// <param name="Resumes">Watches that went on from the last resource version.</param>
/// <param name="BytesRead">Bytes of bodies read so far, as they came over the wire after decompression.</param>
public sealed record WatchStatus(bool IsHealthy, string Message, long Lists, long Resumes, long BytesRead)
{
    /// <summary>Objects that could not be taken, by reason.</summary>
    public SkippedObjects Skipped { get; init; }
}

/// <summary>Objects that were passed over so far, in lists and events.</summary>
/// <param name="TooLarge">Larger than the limit of 8 MiB.</param>
/// <param name="Unnamed">Without a name, or otherwise not what the kind's reader takes.</param>
/// <param name="OtherKind">Of another kind than was asked for.</param>
public readonly record struct SkippedObjects(long TooLarge, long Unnamed, long OtherKind)
{
    public long Total => TooLarge + Unnamed + OtherKind;
}
