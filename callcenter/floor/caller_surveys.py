"""The survey after the call: a caller whose agent hung up is asked for a digit, presses one or does not."""

from callcenter.floor import events as e
from callcenter.floor.call import SurveyUnderWay
from callcenter.floor.changes import Changes
from callcenter.floor.facts import CallerSurvey
from callcenter.floor.site import Site
from callcenter.floor.terms import ChannelId


def offered(site: Site, event: e.CallerSurveyOffered, changes: Changes) -> None:
    """The caller is asked; what comes of it is a fact with the digit, or without one when the channel ends."""
    _under_way(site, event, changes)


def answered(site: Site, event: e.CallerSurveyAnswered, changes: Changes) -> None:
    """The caller pressed a digit. The first one counts: said again it changes nothing."""
    survey = _under_way(site, event, changes)
    if survey is not None and not survey.is_told:
        _tell(site, event.channel_id, survey, changes, score=event.score)


def close(site: Site, channel_id: ChannelId, changes: Changes, *, is_certain: bool) -> None:
    """The caller's channel ends: who has not answered by now does not. Unheard, nobody knows."""
    survey = site.surveys.pop(channel_id, None)
    if survey is not None and not survey.is_told:
        _tell(site, channel_id, survey, changes, is_certain=is_certain)


def _under_way(
    site: Site, event: e.CallerSurveyOffered | e.CallerSurveyAnswered, changes: Changes
) -> SurveyUnderWay | None:
    """The survey of the stay that this channel was answered in last; None for a channel that was in no such stay.

    What the dialplan says is not believed further than the floor knows it: any other AMI user may say it, too.
    """
    if event.channel_id in site.ended_channels:
        return None
    stays = site.stays.get(event.channel_id, {}).get(event.queue)
    if stays is None or not stays.answered or event.channel_id not in site.channels:
        site.surprise("a caller whom this queue's agent answered", "a survey after the call", changes)
        return None
    survey = site.surveys.get(event.channel_id)
    if survey is not None and (survey.queue, survey.join) == (event.queue, stays.answered):
        return survey
    close(site, event.channel_id, changes, is_certain=True)
    survey = site.surveys[event.channel_id] = SurveyUnderWay(event.queue, stays.answered, site.now)
    return survey


def _tell(
    site: Site,
    channel_id: ChannelId,
    survey: SurveyUnderWay,
    changes: Changes,
    *,
    score: int = 0,
    is_certain: bool = True,
) -> None:
    survey.is_told = True
    channel = site.channels[channel_id]
    call = site.calls[channel.call_id]
    seat = call.talked_with
    agent = call.judged or (seat.agent if seat else None)
    changes.facts.append(
        CallerSurvey(
            pbx=site.pbx,
            is_certain=is_certain,
            channel_id=channel_id,
            queue=survey.queue,
            join=survey.join,
            call_id=channel.call_id,
            number=call.number or channel.number,
            interface=seat.interface if seat else "",
            agent_number=agent.number if agent else "",
            agent_name=agent.name if agent else "",
            team=agent.team if agent else "",
            asked_at=survey.asked_at,
            ended_at=site.now,
            score=score,
        )
    )
