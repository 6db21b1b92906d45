using EmrSim.Contracts;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Everything in a talk that is not about the case: greeting, consent, thanks, comfort, explanation, farewell.</summary>
internal sealed class Courtesies(Question question, Persona persona, CaseFile file, Manner manner, Recollection recollection)
{
    public Part? To(Heard heard, ref GateFlags gate)
    {
        var isFirst = !gate.GreetingDone;
        gate = OpenedGates.By(heard.Act, gate);
        switch (heard.Act)
        {
            case Act.Greeting:
                return Part.Of("gate:greeting", isFirst && OpeningLine is { } opening ? opening : Pick(heard, ["Hello.", "Hi there.", "Good to see you."]));
            case Act.Introduction:
                return Part.Of("gate:introduction", Pick(heard, manner.Tone switch
                {
                    "guarded" or "stoic" or "disinterested" => ["All right.", "Good to know who I am talking to."],
                    "irritable" => ["Fine. Then let us get going.", "All right, thank you."],
                    _ => ["Nice to meet you.", "Thanks for introducing yourself."],
                }));
            case Act.Consent:
                if (heard.Asked is { Lines.Count: > 0 } scripted) return new(scripted.Lines[0], [scripted.Id, "gate:consent"]);
                return Part.Of("gate:consent", Pick(heard, manner.Tone switch
                {
                    "guarded" => ["All right, if you tell me what you are doing as you go.", "Very well, go ahead."],
                    "worried" => ["Yes, okay. You will be careful, right?", "Yes, that is all right with me."],
                    "irritable" => ["Yes, go ahead.", "Fine by me."],
                    _ => ["Yes, that is fine with me.", "Yes, of course, go ahead.", "Sure, that is all right."],
                }));
            case Act.Acknowledgement: return Part.Of("courtesy:acknowledged", Pick(heard, manner.Sentences == 1 ? ["Mm-hm.", "Yes."] : ["Mm-hm.", "Yes.", "That is how it is."]));
            case Act.Summary: return Part.Of("courtesy:summary", Pick(heard, manner.Sentences == 1 ? ["Yes, that is right.", "Yes."] : ["Yes, that is right, as I told you.", "Yes, you put it well.", "That is about it, yes."]));
            case Act.AnyQuestions: return Part.Of("courtesy:questions", Unasked ?? "No, I think you have answered everything.");
            case Act.Thanks: return Part.Of("courtesy:thanks", Pick(heard, ["You are welcome.", "No problem.", "Sure."]));
            case Act.Closing: return Part.Of("courtesy:closing", persona.Raw.Text("closure_style", "typical_closing") ?? file.Scenario.Raw.Text("instructions", "closing_line") ?? "Thank you, goodbye.");
            case Act.Empathy: return Part.Of("courtesy:empathy", Pick(heard, manner.Tone is "guarded" or "stoic" ? ["Thank you.", "Well. It is what it is."] : ["Thank you, that is kind of you.", "Thanks, it helps that you say that.", "I appreciate that."]));
            case Act.SmallTalk: return Part.Of("courtesy:small_talk", Pick(heard, manner.Tone is "irritable" ? ["I have been better, that is why I am here.", "Could be better."] : ["I am all right, thank you, apart from the reason why I came.", "Fine, thanks. A bit tired of all this."]));
            case Act.TeachBack: return Part.Of("courtesy:teach_back", TeachBack());
            case Act.Explanation: return Explained(heard);
            case Act.Advice: return Part.Of("stay:no_advice", Pick(heard, ["That is what I was hoping to hear from you.", "I cannot tell you that, you are the one who is training for this.", "I do not know, I am only the patient here."]));
            case Act.RoleBreak: return Part.Of("stay:in_role", Pick(heard, ["I am not sure what you mean. I came because of my complaint.", "I do not understand the question. Shall we go on with why I am here?", "Sorry, I only came to get this looked at."]));
            default: return null;
        }
    }

    private string? Unasked => persona.Raw.At("closure_style").Texts("preferred_questions").FirstOrDefault(one => !recollection.WasSaid(one));

    private string? OpeningLine => file.Scenario.Raw.At("instructions").Text("opening_line") is { } line && !file.Diagnosis.AreIn(line) ? line : null;

    private string TeachBack() => recollection.UserTurns < 2
        ? "You have not explained anything to me yet, have you?"
        : manner.Sentences == 1 ? "I do what you showed me, not too much, and I call if it gets worse." : "So if I got it right: I keep moving within what is comfortable, I do what you showed me, and I get in touch if something gets worse. Is that it?";

    private Part Explained(Heard heard)
    {
        var asks = question.Phase == "treatment_plan" ? Unasked : null;
        return Part.Of("courtesy:explanation", Pick(heard, ["All right.", "Okay, I see.", "That makes sense to me."]) + (asks is null ? "" : $" {asks}"));
    }

    private string Pick(Heard heard, IReadOnlyList<string> options) => Chance.Fresh(options, question.EncounterId, $"{heard.Act} {recollection.UserTurns}", recollection.LastSaid);
}
