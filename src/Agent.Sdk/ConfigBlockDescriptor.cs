using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax;

namespace Agent.Sdk;

/// <summary>One block of the configuration itself, such as <c>logging</c>; generated from its declaration.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Schema">What may stand in it.</param>
/// <param name="Decode">The record, or null, with errors in the bag unless a part is not known yet.</param>
public sealed record ConfigBlockDescriptor(string Name, BlockSchema Schema, Func<BlockValue, DiagnosticBag, object?> Decode);
