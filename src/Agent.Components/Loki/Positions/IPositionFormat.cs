using System.Text;

namespace Agent.Components.Loki.Positions;

/// <summary>A position and whose it is.</summary>
/// <param name="Key">What was read: a container, a namespace.</param>
/// <param name="Position">How far it was delivered.</param>
/// <param name="Seen">When somebody last read it, in seconds since 1970.</param>
internal readonly record struct KeyedPosition<T>(string Key, T Position, long Seen);

/// <summary>How the positions of one kind of source stand in a <see cref="PositionFile{T}"/>, a line each.</summary>
internal interface IPositionFormat<T>
    where T : IEquatable<T>
{
    /// <summary>The first line of the file: what it is, and its version.</summary>
    string Header { get; }

    /// <summary>How long something that nobody reads is remembered; null for ever.</summary>
    TimeSpan? ForgetAfter { get; }

    /// <summary>True of a position that says nothing: nothing was delivered yet.</summary>
    bool IsNone(T position);

    /// <summary>Writes a line, without its end.</summary>
    void Write(StringBuilder text, in KeyedPosition<T> entry);

    /// <summary>Reads what <see cref="Write"/> wrote, split at its spaces; false where the line is damaged.</summary>
    bool TryRead(string[] fields, out KeyedPosition<T> entry);

    /// <summary>Takes over what another agent left; false where it is not of this kind of source.</summary>
    bool TryImport(in ForeignPosition found, out string key, out T position);

    /// <summary>The one of two positions from which nothing of either is missed.</summary>
    T Earlier(T one, T other);
}
