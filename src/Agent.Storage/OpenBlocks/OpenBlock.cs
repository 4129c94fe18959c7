namespace Agent.Storage.OpenBlocks;

/// <summary>What a process that ended had gathered for a block, as far as it was written.</summary>
/// <param name="Path">The file, which stays until it is deleted.</param>
/// <param name="Generation">Blocks that were begun later have higher ones.</param>
/// <param name="Owner">What the file was made for.</param>
/// <param name="Metadata">Of the last addition.</param>
/// <param name="First">The first parts of all additions.</param>
/// <param name="Second">The second parts of all additions.</param>
public sealed record OpenBlock(
    string Path, long Generation, ReadOnlyMemory<byte> Owner, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Second);
