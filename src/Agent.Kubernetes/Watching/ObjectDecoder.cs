using System.Text.Json;
using Agent.Kubernetes.Json;
using Agent.Kubernetes.Objects;
using Microsoft.Extensions.Logging;

namespace Agent.Kubernetes.Watching;

/// <summary>Decodes frames to objects, and counts those that cannot be: one bad object must not cost the others.</summary>
internal sealed partial class ObjectDecoder<T>(ResourceKind<T> kind, WatchSettings settings)
    where T : class, IKubernetesObject
{
    private long _tooLarge;
    private long _unnamed;
    private long _otherKind;

    public SkippedObjects Skipped =>
        new(Interlocked.Read(ref _tooLarge), Interlocked.Read(ref _unnamed), Interlocked.Read(ref _otherKind));

    /// <summary>The object of an item of a list; null for one that is skipped.</summary>
    /// <exception cref="JsonException">The frame is malformed.</exception>
    public T? Item(JsonFrames frames)
    {
        if (IsTooLarge(frames))
        {
            return null;
        }
        var json = new Utf8JsonReader(frames.Frame);
        json.Read();
        return Object(ref json);
    }

    /// <summary>The object whose opening brace the reader stands at; null for one that is skipped.</summary>
    public T? Object(ref Utf8JsonReader json)
    {
        if (IsOfOtherKind(json))
        {
            Count(ref _otherKind, "an object of another kind");
            json.Skip();
            return null;
        }
        T? item = Read(ref json);
        if (item is null)
        {
            Count(ref _unnamed, "an object without a name");
        }
        return item;
    }

    private T? Read(ref Utf8JsonReader json)
    {
        try
        {
            return kind.Read(ref json);
        }
        catch (InvalidOperationException)
        {
            // The reader of the kind stumbled over a shape that it did not expect: one object less, not the end of the watch.
            return null;
        }
    }

    /// <summary>Counts a frame that was not kept.</summary>
    public bool IsTooLarge(JsonFrames frames)
    {
        if (frames.FrameSize <= settings.LargestObject)
        {
            return false;
        }
        long count = Interlocked.Increment(ref _tooLarge);
        if (long.IsPow2(count))
        {
            LogTooLarge(settings.Logger, kind.Plural, frames.FrameSize, settings.LargestObject, count);
        }
        return true;
    }

    /// <summary><c>namespace/name</c>, or the name for objects of the cluster.</summary>
    public static string KeyOf(T item) =>
        item.Metadata.Namespace.Length > 0 ? $"{item.Metadata.Namespace}/{item.Metadata.Name}" : item.Metadata.Name;

    /// <summary>Whether the object says that it is something else. Items of a list say nothing; elsewhere the kind is the first field.</summary>
    private bool IsOfOtherKind(Utf8JsonReader json)
    {
        if (!JsonFields.Next(ref json) || !json.ValueTextEquals("kind"u8) || JsonFields.Name(ref json) is not { Length: > 1 } named)
        {
            return false;
        }
        // Pod and pods, Ingress and ingresses, NetworkPolicy and networkpolicies.
        ReadOnlySpan<char> stem = named.EndsWith('y') ? named.AsSpan(0, named.Length - 1) : named;
        return !kind.Plural.AsSpan().StartsWith(stem, StringComparison.OrdinalIgnoreCase);
    }

    private void Count(ref long counter, string what)
    {
        long count = Interlocked.Increment(ref counter);
        if (long.IsPow2(count))
        {
            LogSkipped(settings.Logger, what, kind.Plural, count);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "one of the {Plural} is skipped: it has {Size} bytes, the limit is {Limit} ({Count} skipped so far)")]
    private static partial void LogTooLarge(ILogger logger, string plural, long size, int limit, long count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} among the {Plural} is skipped ({Count} so far)")]
    private static partial void LogSkipped(ILogger logger, string what, string plural, long count);
}
