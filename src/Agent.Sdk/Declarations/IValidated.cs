using Agent.Sdk.Decoding;

namespace Agent.Sdk.Declarations;

/// <summary>A record of arguments with rules across its fields.</summary>
public interface IValidated
{
    /// <summary>Reports what is wrong; called after decoding, not where a part could not be decoded or is not known yet.</summary>
    void Validate(ValidationContext context);
}
