using EmrSim.Contracts;
using EmrSim.Server.Patients;

namespace EmrSim.Server.Tests.Patients;

public sealed class WhatTheModelIsTold
{
    private static readonly string[] s_phases = ["subjective", "objective", "treatment_plan"];
    private static readonly string?[] s_roles = [null, "patient", "translator", "family", "clinician", "scribe", "nobody"];

    [Fact]
    public void No_brief_of_any_case_role_and_phase_names_the_diagnosis()
    {
        using var earlier = EarlierContent.Write();
        foreach (var (book, catalogue) in new[] { ShippedCases.Content, Practice.Open(earlier.Root) })
        {
            Assert.NotEmpty(catalogue.Scenarios);
            foreach (var scenario in catalogue.Scenarios.Values)
            {
                var file = catalogue.CaseOf(scenario);
                Assert.NotEmpty(file.Diagnosis.All);
                foreach (var persona in catalogue.Personas.Keys)
                    foreach (var phase in s_phases)
                        foreach (var role in s_roles)
                        {
                            var brief = book.ComposeBrief(new(persona, scenario.Id, phase, GateFlags.None, role, Query: "diagnosis cause findings imaging ground truth"));
                            foreach (var line in brief.Instructions.Split('\n')) Assert.False(file.Diagnosis.AreIn(line), $"{scenario.Id} {role} {phase}: {line}");
                            foreach (var chunk in file.Kit?.Chunks.Where(chunk => !chunk.IsForStudents) ?? []) Assert.DoesNotContain(chunk.Text, brief.Instructions, StringComparison.Ordinal);
                            foreach (var text in Secrets(scenario)) Assert.DoesNotContain(text, brief.Instructions, StringComparison.OrdinalIgnoreCase);
                        }
            }
        }
    }

    [Fact]
    public void Findings_are_told_in_the_objective_phase_only()
    {
        foreach (var id in ShippedCases.Ids)
        {
            var practice = ShippedCases.Start(id);
            Assert.Contains("Finding:", Compose(practice, "objective").Instructions, StringComparison.Ordinal);
            Assert.DoesNotContain("Finding:", Compose(practice, "subjective").Instructions, StringComparison.Ordinal);
            Assert.DoesNotContain("Finding:", Compose(practice, "treatment_plan").Instructions, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Facts_for_faculty_come_only_when_faculty_asks()
    {
        var practice = ShippedCases.Start("sc_lumbar_back_and_leg_v1");
        var secret = practice.Case.Kit!.Chunks.Where(chunk => !chunk.IsForStudents).Select(chunk => chunk.Id).ToList();
        Assert.Empty(Compose(practice, "objective").RetrievedIds.Intersect(secret));
        var faculty = practice.Book.ComposeBrief(new(practice.PersonaId, practice.ScenarioId, "treatment_plan", GateFlags.None, "clinician", ForFaculty: true, Query: "ground truth marking"));
        Assert.NotEmpty(faculty.RetrievedIds.Intersect(secret));
        Assert.InRange(faculty.RetrievedIds.Count, 1, 3);
    }

    [Fact]
    public void The_layers_are_all_there()
    {
        var practice = ShippedCases.Start("sc_lumbar_back_and_leg_v1", "persona_nora_v1");
        var brief = practice.Book.ComposeBrief(new("persona_nora_v1", practice.ScenarioId, "subjective", GateFlags.None with { GreetingDone = true }, "patient", ReplyLanguage: "es-MX"));
        Assert.Equal(["Student introduction", "Consent to proceed", "Identity verification (name + DOB)"], brief.OutstandingGate);
        Assert.Equal("patient", brief.RoleId);
        Assert.Contains("family", brief.AvailableRoles);
        Assert.Equal("es", brief.ReplyLanguage);
        Assert.Equal("sage", brief.VoiceId);
        foreach (var expected in new[] { "Nora Haddad", "2 September 1990", "Role directive (patient):", "Encounter phase: subjective.", "- Consent to proceed", "Reply in Spanish.", "[MEDIA:lumbar_pain_drawing]" })
            Assert.Contains(expected, brief.Instructions, StringComparison.Ordinal);
        Assert.DoesNotContain("- Greeting exchange", brief.Instructions, StringComparison.Ordinal);
        Assert.DoesNotContain("[MEDIA:lumbar_rom_chart]", brief.Instructions, StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_brings_its_gate_and_language_and_an_unknown_role_nothing()
    {
        var practice = ShippedCases.Start("sc_lumbar_back_and_leg_v1");
        var open = new GateFlags { GreetingDone = true, IntroDone = true, ConsentDone = true, IdentityVerified = true };
        Assert.Equal(["Consent to proceed"], practice.Book.ComposeBrief(new(practice.PersonaId, practice.ScenarioId, "subjective", open, "translator")).OutstandingGate);
        Assert.Equal("en", practice.Book.ComposeBrief(new(practice.PersonaId, practice.ScenarioId, "subjective", open, "scribe")).ReplyLanguage);
        var unknown = practice.Book.ComposeBrief(new(practice.PersonaId, practice.ScenarioId, "half-time", open, "goalkeeper"));
        Assert.Equal("goalkeeper", unknown.RoleId);
        Assert.DoesNotContain("Role directive", unknown.Instructions, StringComparison.Ordinal);
        Assert.Contains("Encounter phase: half-time.", unknown.Instructions, StringComparison.Ordinal);
    }

    private static Brief Compose(Practice practice, string phase) => practice.Book.ComposeBrief(new(practice.PersonaId, practice.ScenarioId, phase, GateFlags.None));

    private static IEnumerable<string> Secrets(Scenario scenario)
    {
        foreach (var name in new[] { "primary_dx" })
            if (scenario.Raw.TryGetProperty("presenting_problem", out var problem) && problem.TryGetProperty(name, out var text)) yield return text.GetString()!;
        if (scenario.Raw.TryGetProperty("scenario_context", out var context) && context.TryGetProperty("instructor_notes", out var notes) && notes.ValueKind == System.Text.Json.JsonValueKind.Array)
            foreach (var note in notes.EnumerateArray()) yield return note.GetString()!;
        if (scenario.Raw.TryGetProperty("checklist", out var checklist))
            foreach (var item in checklist.GetProperty("items").EnumerateArray()) yield return item.GetProperty("text").GetString()!;
        if (scenario.Raw.GetProperty("soap").TryGetProperty("assessment", out var assessment) && assessment.TryGetProperty("clinical_impression", out var impression)) yield return impression.GetString()!;
    }
}
