using EmrSim.Contracts;

namespace EmrSim.Server.Patients;

/// <summary>Finished words of a voice encounter, and how it stood when they came.</summary>
/// <param name="Role">user for the student, assistant for the patient.</param>
public sealed record SpokenWords(string PersonaId, string ScenarioId, string Phase, GateFlags Gate, string Role, string Text);
